/** The server's half of NTLM version 2 ([MS-NLMP]): makes a challenge, proves the answer. */
import { createHmac, timingSafeEqual } from 'node:crypto';
import { md4 } from './md4.ts';

const SIGNATURE = Buffer.from('NTLMSSP\0', 'latin1');
const FLAG = {
  unicode: 0x1,
  requestTarget: 0x4,
  sign: 0x10,
  seal: 0x20,
  ntlm: 0x200,
  alwaysSign: 0x8000,
  targetIsDomain: 0x10000,
  extendedSecurity: 0x80000,
  targetInfo: 0x800000,
  version: 0x2000000,
  key128: 0x20000000,
  keyExchange: 0x40000000,
  key56: 0x80000000,
} as const;
const DOMAIN = 'SANDBOX';
const MIC_AT = 72;

/** 1 negotiate, 3 authenticate; undefined for what is no NTLM message. */
export function ntlmMessageType(message: Buffer): number | undefined {
  if (message.length < 16 || !message.subarray(0, 8).equals(SIGNATURE)) return undefined;
  return message.readUInt32LE(8);
}

/** The second message. `now` in milliseconds; `nonce` has 8 bytes. */
export function writeChallenge(nonce: Buffer, now: number): Buffer {
  const target = Buffer.from(DOMAIN, 'utf16le');
  const ticks = Buffer.alloc(8);
  ticks.writeBigUInt64LE((BigInt(now) + 11_644_473_600_000n) * 10_000n);
  const info = Buffer.concat([
    pair(2, target),
    pair(1, Buffer.from('SANDBOX-EX', 'utf16le')),
    pair(4, Buffer.from('example.test', 'utf16le')),
    pair(3, Buffer.from('sandbox-ex.example.test', 'utf16le')),
    pair(7, ticks),
    pair(0, Buffer.alloc(0)),
  ]);
  const head = Buffer.alloc(56);
  SIGNATURE.copy(head);
  head.writeUInt32LE(2, 8);
  field(head, 12, { length: target.length, offset: 56 });
  const flags =
    FLAG.unicode +
    FLAG.requestTarget +
    FLAG.ntlm +
    FLAG.alwaysSign +
    FLAG.targetIsDomain +
    FLAG.extendedSecurity +
    FLAG.targetInfo +
    FLAG.version +
    FLAG.key128 +
    FLAG.keyExchange +
    FLAG.key56;
  head.writeUInt32LE(flags, 20);
  nonce.copy(head, 24);
  field(head, 40, { length: info.length, offset: 56 + target.length });
  Buffer.from([10, 0, 0x63, 0x45, 0, 0, 0, 15]).copy(head, 48);
  return Buffer.concat([head, target, info]);
}

function pair(id: number, value: Buffer): Buffer {
  const head = Buffer.alloc(4);
  head.writeUInt16LE(id, 0);
  head.writeUInt16LE(value.length, 2);
  return Buffer.concat([head, value]);
}

function field(into: Buffer, at: number, value: { readonly length: number; readonly offset: number }): void {
  into.writeUInt16LE(value.length, at);
  into.writeUInt16LE(value.length, at + 2);
  into.writeUInt32LE(value.offset, at + 4);
}

export interface NtlmAnswer {
  readonly user: string;
  readonly domain: string;
  readonly response: Buffer;
  readonly sessionKey: Buffer;
  readonly flags: number;
  readonly message: Buffer;
}

/** Reads the third message; undefined when it is cut short or holds no version 2 response. */
export function readAnswer(message: Buffer): NtlmAnswer | undefined {
  if (ntlmMessageType(message) !== 3 || message.length < 64) return undefined;
  const part = (at: number): Buffer | undefined => {
    const [length, offset] = [message.readUInt16LE(at), message.readUInt32LE(at + 4)];
    return offset + length <= message.length ? message.subarray(offset, offset + length) : undefined;
  };
  const flags = message.readUInt32LE(60);
  const encoding = (flags & FLAG.unicode) !== 0 ? 'utf16le' : 'latin1';
  const [response, domain, user, sessionKey] = [part(20), part(28), part(36), part(52)];
  // 24 bytes are version 1, which no server of this age should take.
  if (response === undefined || domain === undefined || user === undefined || response.length < 44)
    return undefined;
  return {
    user: user.toString(encoding),
    domain: domain.toString(encoding),
    response,
    sessionKey: sessionKey ?? Buffer.alloc(0),
    flags,
    message,
  };
}

/** Whether the answer was made with this password for this challenge; a signature over all three messages must fit. */
export function provesPassword(
  answer: NtlmAnswer,
  password: string,
  sent: { readonly negotiate: Buffer; readonly challenge: Buffer },
): boolean {
  const hash = md4(Buffer.from(password, 'utf16le'));
  const key = hmac(hash, Buffer.from(answer.user.toUpperCase() + answer.domain, 'utf16le'));
  const proof = answer.response.subarray(0, 16);
  const blob = answer.response.subarray(16);
  const expected = hmac(key, Buffer.concat([sent.challenge.subarray(24, 32), blob]));
  if (!timingSafeEqual(proof, expected)) return false;
  if (!saysSigned(blob)) return true;
  const base = hmac(key, proof);
  const exchanges = (answer.flags & FLAG.keyExchange) !== 0 && answer.sessionKey.length === 16;
  const sessionKey = exchanges ? rc4(base, answer.sessionKey) : base;
  const zeroed = Buffer.from(answer.message);
  zeroed.fill(0, MIC_AT, MIC_AT + 16);
  const mic = hmac(sessionKey, Buffer.concat([sent.negotiate, sent.challenge, zeroed]));
  return (
    answer.message.length >= MIC_AT + 16 && timingSafeEqual(mic, answer.message.subarray(MIC_AT, MIC_AT + 16))
  );
}

/** MsvAvFlags (6) with bit 1: the message carries a signature. */
function saysSigned(blob: Buffer): boolean {
  let at = 28;
  while (at + 4 <= blob.length) {
    const [id, length] = [blob.readUInt16LE(at), blob.readUInt16LE(at + 2)];
    if (id === 0) return false;
    if (id === 6 && length === 4 && at + 8 <= blob.length) return (blob.readUInt32LE(at + 4) & 2) !== 0;
    at += 4 + length;
  }
  return false;
}

function hmac(key: Buffer, data: Buffer): Buffer {
  return createHmac('md5', key).update(data).digest();
}

function rc4(key: Buffer, data: Buffer): Buffer {
  const state = Array.from({ length: 256 }, (_, index) => index);
  const at = (index: number): number => state[index & 255] ?? 0;
  let other = 0;
  const swap = (index: number): void => {
    const held = at(index);
    state[index & 255] = at(other);
    state[other] = held;
  };
  for (let index = 0; index < 256; index++) {
    other = (other + at(index) + (key[index % key.length] ?? 0)) & 255;
    swap(index);
  }
  other = 0;
  return Buffer.from(
    data.map((byte, step) => {
      const index = (step + 1) & 255;
      other = (other + at(index)) & 255;
      swap(index);
      return byte ^ at(at(index) + at(other));
    }),
  );
}
