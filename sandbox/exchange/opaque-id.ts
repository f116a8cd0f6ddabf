import { createHash } from 'node:crypto';
import { ItemError } from './item-error.ts';

const HEADER_LENGTH = 136; // characters of base64 that name kind and mailbox: 102 bytes
const TAIL_LENGTH = 16; // 12 bytes: serial and a scramble of it
const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/;

export type IdKind = 'item' | 'folder' | 'attachment';
const KIND_BYTE: Readonly<Record<IdKind, number>> = { item: 0x46, folder: 0x2e, attachment: 0x61 };

/** Base64 ids and change keys of one mailbox, as long and as opaque as the real ones. */
export class OpaqueIds {
  readonly #headers: Readonly<Record<IdKind, string>>;
  readonly #changeHeader: string;
  readonly #salt: number;

  constructor(address: string) {
    const seed = createHash('sha512').update(address).digest();
    this.#salt = seed.readUInt32LE(0) | 1;
    const header = (kind: IdKind): string => {
      const bytes = Buffer.concat([
        Buffer.from([0, 3, 0x24, 0, KIND_BYTE[kind], 0]),
        seed,
        seed.subarray(0, 32),
      ]);
      return bytes.toString('base64');
    };
    this.#headers = { item: header('item'), folder: header('folder'), attachment: header('attachment') };
    this.#changeHeader = Buffer.concat([
      Buffer.from([0x11, 0, 0, 0, 0x16, 0, 0, 0]),
      seed.subarray(0, 16),
    ]).toString('base64');
  }

  write(kind: IdKind, serial: number): string {
    const tail = Buffer.allocUnsafe(12);
    tail.writeUInt32BE(Math.imul(serial, 0x9e3779b1) >>> 0, 0);
    tail.writeUInt32BE(serial, 4);
    tail.writeUInt32BE(Math.imul(serial ^ this.#salt, 0x85ebca6b) >>> 0, 8);
    return this.#headers[kind] + tail.toString('base64');
  }

  /** The serial behind an id, or undefined when it is not one of this mailbox's. */
  read(kind: IdKind, id: string): number | undefined {
    if (id.length !== HEADER_LENGTH + TAIL_LENGTH || !id.startsWith(this.#headers[kind])) return undefined;
    const serial = Buffer.from(id.slice(HEADER_LENGTH), 'base64').readUInt32BE(4);
    return this.write(kind, serial) === id ? serial : undefined;
  }

  writeChangeKey(change: number): string {
    const tail = Buffer.allocUnsafe(6);
    tail.writeUIntBE(change, 0, 6);
    return this.#changeHeader + tail.toString('base64');
  }

  /** The change number in a change key; ErrorInvalidChangeKey when it is not one. */
  readChangeKey(key: string): number {
    if (
      key.length !== this.#changeHeader.length + 8 ||
      !key.startsWith(this.#changeHeader) ||
      !BASE64.test(key)
    ) {
      throw new ItemError('ErrorInvalidChangeKey');
    }
    return Buffer.from(key.slice(this.#changeHeader.length), 'base64').readUIntBE(0, 6);
  }
}

/** Throws unless the text is shaped like an id of that kind, whoever's mailbox it names. */
export function checkIdShape(kind: IdKind, id: string): void {
  if (id === '') throw new ItemError('ErrorInvalidIdEmpty');
  const malformed = kind === 'attachment' ? 'ErrorInvalidAttachmentId' : 'ErrorInvalidIdMalformed';
  if (id.length !== HEADER_LENGTH + TAIL_LENGTH || !BASE64.test(id) || id.endsWith('='))
    throw new ItemError(malformed);
  const bytes = Buffer.from(id.slice(0, 8), 'base64');
  const given = bytes[4];
  if (bytes[0] !== 0 || bytes[1] !== 3 || bytes[2] !== 0x24) throw new ItemError(malformed);
  if (given === KIND_BYTE[kind]) return;
  if (kind === 'item' && given === KIND_BYTE.folder) throw new ItemError('ErrorCannotUseFolderIdForItemId');
  if (kind === 'folder' && given === KIND_BYTE.item) throw new ItemError('ErrorCannotUseItemIdForFolderId');
  throw new ItemError(malformed);
}
