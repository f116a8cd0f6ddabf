/** The three messages of NTLM ([MS-NLMP] 2.2.1), in version 2 only. */
import type { NtlmAccount } from './ntlm-proof.ts';
import { hmacMd5, proveAccount } from './ntlm-proof.ts';
import type { Attribute } from './target-info.ts';
import { attribute, attributeIds, readAttributes, writeAttributes } from './target-info.ts';

const signature = Buffer.from('NTLMSSP\0', 'latin1');

const flag = {
  unicode: 0x1,
  requestTarget: 0x4,
  ntlm: 0x200,
  alwaysSign: 0x8000,
  extendedSecurity: 0x80000,
  targetInfo: 0x800000,
  key128: 0x20000000,
  key56: 0x80000000,
} as const;

/** No key exchange, signing or sealing: TLS does that, and without them the session key needs no RC4. */
const spoken =
  flag.unicode +
  flag.requestTarget +
  flag.ntlm +
  flag.alwaysSign +
  flag.extendedSecurity +
  flag.targetInfo +
  flag.key128 +
  flag.key56;

/** Names neither domain nor machine, so it says nothing about the account. */
export function writeNegotiate(): Buffer {
  const message = Buffer.alloc(32);
  signature.copy(message);
  message.writeUInt32LE(1, 8);
  message.writeUInt32LE(spoken, 12);
  return message;
}

export interface NtlmChallenge {
  readonly message: Buffer;
  readonly flags: number;
  readonly nonce: Buffer;
  readonly attributes: readonly Attribute[];
}

/** Undefined for what is no challenge, is cut short, or wants names in the code page of a country. */
export function readChallenge(message: Buffer): NtlmChallenge | undefined {
  if (message.length < 32 || !message.subarray(0, 8).equals(signature)) return undefined;
  const flags = message.readUInt32LE(20);
  if (message.readUInt32LE(8) !== 2 || !(flags & flag.unicode)) return undefined;
  const list = flags & flag.targetInfo ? targetInfo(message) : Buffer.alloc(0);
  const attributes = list && readAttributes(list);
  return attributes && { message, flags, nonce: message.subarray(24, 32), attributes };
}

function targetInfo(message: Buffer): Buffer | undefined {
  if (message.length < 48) return undefined;
  const [length, offset] = [message.readUInt16LE(40), message.readUInt32LE(44)];
  return offset + length <= message.length ? message.subarray(offset, offset + length) : undefined;
}

/** The server's own domain, by its short name. */
export function domainOf({ attributes }: NtlmChallenge): string {
  return attribute(attributes, attributeIds.domain)?.toString('utf16le') ?? '';
}

export interface NtlmAnswer {
  readonly account: NtlmAccount;
  readonly negotiate: Buffer;
  readonly challenge: NtlmChallenge;
  /** Of this machine, for the server's log. */
  readonly workstation: string;
  /** Such as `HTTP/mail.example.com`. */
  readonly targetName: string;
  /** 16 bytes; undefined without TLS. */
  readonly channelBinding: Buffer | undefined;
  /** 8 random bytes. */
  readonly nonce: Buffer;
  /** Sent where the server does not name a time itself. */
  readonly nowMs: number;
}

const headBytes = 88;
const signatureAt = 72;

/** The message with the proof, signed over all three messages. Servers before Windows 2008 pass the signature over. */
export function writeAuthenticate(answer: NtlmAnswer): Buffer {
  const { account, challenge } = answer;
  const proof = proveAccount(account, challenge.nonce, statement(answer));
  const parts = {
    // All zero: the place of the LM response, which is not to be sent ([MS-NLMP] 3.1.5.1.2).
    lm: Buffer.alloc(24),
    nt: proof.response,
    domain: Buffer.from(account.domain, 'utf16le'),
    user: Buffer.from(account.user, 'utf16le'),
    workstation: Buffer.from(answer.workstation, 'utf16le'),
    sessionKey: Buffer.alloc(0),
  };
  const head = Buffer.alloc(headBytes);
  signature.copy(head);
  head.writeUInt32LE(3, 8);
  let at = 12;
  let offset = headBytes;
  for (const { length } of Object.values(parts)) {
    head.writeUInt16LE(length, at);
    head.writeUInt16LE(length, at + 2);
    head.writeUInt32LE(offset, at + 4);
    at += 8;
    offset += length;
  }
  head.writeUInt32LE((challenge.flags & spoken) >>> 0, 60);
  const message = Buffer.concat([head, ...Object.values(parts)]);
  const signed = Buffer.concat([answer.negotiate, challenge.message, message]);
  hmacMd5(proof.sessionKey, signed).copy(message, signatureAt);
  return message;
}

/** NTLMv2_CLIENT_CHALLENGE: what the proof is about. */
function statement({ challenge, channelBinding, targetName, nonce, nowMs }: NtlmAnswer): Buffer {
  const timestamp = attribute(challenge.attributes, attributeIds.timestamp);
  return clientChallenge(
    timestamp ?? fileTime(nowMs),
    nonce,
    writeAttributes([
      ...challenge.attributes.filter(({ id }) => !answeredIds.has(id)),
      { id: attributeIds.flags, value: signedFlags(challenge.attributes) },
      // Windows checks it against the certificate it shows, unless all 16 bytes are zero: no TLS.
      { id: attributeIds.channelBinding, value: channelBinding ?? Buffer.alloc(16) },
      { id: attributeIds.targetName, value: Buffer.from(targetName, 'utf16le') },
    ]),
  );
}

const answeredIds: ReadonlySet<number> = new Set([
  attributeIds.flags,
  attributeIds.channelBinding,
  attributeIds.targetName,
]);

function signedFlags(attributes: readonly Attribute[]): Buffer {
  const before = attribute(attributes, attributeIds.flags);
  const flags = Buffer.alloc(4);
  flags.writeUInt32LE(((before?.length === 4 ? before.readUInt32LE() : 0) | 2) >>> 0);
  return flags;
}

/** [MS-NLMP] 2.2.2.7, with the four zero bytes of 3.3.2 behind it. */
export function clientChallenge(time: Buffer, nonce: Buffer, attributes: Buffer): Buffer {
  const versions = Buffer.from([1, 1, 0, 0, 0, 0, 0, 0]);
  return Buffer.concat([versions, time, nonce, Buffer.alloc(4), attributes, Buffer.alloc(4)]);
}

/** Tenths of a microsecond since 1601. */
function fileTime(ms: number): Buffer {
  const time = Buffer.alloc(8);
  time.writeBigUInt64LE((BigInt(Math.trunc(ms)) + 11_644_473_600_000n) * 10_000n);
  return time;
}
