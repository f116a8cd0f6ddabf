/** What lets people and programs in; of every secret only its SHA-256 in hex is kept. */
import { randomBytes } from 'node:crypto';
import { EntitySchema } from 'typeorm';

export interface SignInLinkRow {
  hash: string;
  crmUserId: string;
  expiresAt: number;
}

export interface SessionRow {
  hash: string;
  crmUserId: string;
  csrfToken: string;
  expiresAt: number;
}

export interface ApiTokenRow {
  hash: string;
  /** What people call it by; the hash is told to nobody. */
  id: string;
  crmUserId: string;
  name: string;
  scopes: string;
  createdAt: number | null;
  expiresAt: number;
}

export const signInLinkEntity = new EntitySchema<SignInLinkRow>({
  name: 'signInLink',
  tableName: 'sign_in_links',
  columns: {
    hash: { type: 'varchar', primary: true },
    crmUserId: { type: 'varchar' },
    expiresAt: { type: 'bigint' },
  },
});

export const sessionEntity = new EntitySchema<SessionRow>({
  name: 'session',
  tableName: 'sessions',
  columns: {
    hash: { type: 'varchar', primary: true },
    crmUserId: { type: 'varchar' },
    csrfToken: { type: 'varchar' },
    expiresAt: { type: 'bigint' },
  },
});

export const apiTokenEntity = new EntitySchema<ApiTokenRow>({
  name: 'apiToken',
  tableName: 'api_tokens',
  columns: {
    hash: { type: 'varchar', primary: true },
    id: { type: 'varchar' },
    crmUserId: { type: 'varchar' },
    name: { type: 'varchar' },
    scopes: { type: 'text' },
    createdAt: { type: 'bigint', nullable: true },
    expiresAt: { type: 'bigint' },
  },
});

/** Short enough to be typed. */
export function newTokenId(): string {
  return randomBytes(6).toString('hex');
}
