import { EntitySchema } from 'typeorm';

export interface CredentialRow {
  id: string;
  username: string;
  /** Ciphertext in base64, see secret-box.ts. */
  password: string;
  keyId: string;
  pausedReason: string | null;
}

export const credentialEntity = new EntitySchema<CredentialRow>({
  name: 'credential',
  tableName: 'credentials',
  columns: {
    id: { type: 'varchar', primary: true },
    username: { type: 'varchar' },
    password: { type: 'text' },
    keyId: { type: 'varchar' },
    pausedReason: { type: 'text', nullable: true },
  },
});
