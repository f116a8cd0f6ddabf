/** AES-256-GCM; what is sealed for one row and column opens nowhere else. */
import { createCipheriv, createDecipheriv, createHmac, randomBytes } from 'node:crypto';

const nonceBytes = 12;
const tagBytes = 16;

/** Table, row id and column of a ciphertext. */
export type Place = readonly [table: string, rowId: string, column: string];

export interface SecretBox {
  /** Tells keys apart without telling them; stored beside every ciphertext. */
  readonly keyId: string;
  /** Base64 of nonce, ciphertext and tag. */
  seal(place: Place, secret: string): string;
  /** Throws when the text was not sealed with this key for this place. */
  open(place: Place, sealed: string): string;
}

export function createSecretBox(key: Uint8Array): SecretBox {
  return {
    keyId: createHmac('sha256', key).update('exsync key id').digest('hex').slice(0, 16),

    seal(place, secret) {
      const nonce = randomBytes(nonceBytes);
      const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(boundTo(place));
      const sealed = Buffer.concat([
        nonce,
        cipher.update(secret, 'utf8'),
        cipher.final(),
        cipher.getAuthTag(),
      ]);
      return sealed.toString('base64');
    },

    open(place, sealed) {
      const bytes = Buffer.from(sealed, 'base64');
      const nonce = bytes.subarray(0, nonceBytes);
      const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: tagBytes })
        .setAAD(boundTo(place))
        .setAuthTag(bytes.subarray(bytes.length - tagBytes));
      const secret = decipher.update(bytes.subarray(nonceBytes, bytes.length - tagBytes));
      return Buffer.concat([secret, decipher.final()]).toString('utf8');
    },
  };
}

function boundTo(place: Place): Buffer {
  return Buffer.from(JSON.stringify(place), 'utf8');
}
