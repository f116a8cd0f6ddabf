/** The sums of NTLM version 2 ([MS-NLMP] 3.3.2), without the weaker ones of LM and version 1. */
import { createHmac } from 'node:crypto';
import md4 from 'js-md4';
import { upperCaseOfWindows } from './user-name.ts';

export interface NtlmAccount {
  readonly user: string;
  readonly domain: string;
  readonly password: string;
}

export interface NtlmProof {
  /** The NtChallengeResponse: proof and what it is about. */
  readonly response: Buffer;
  /** Signs the three messages. */
  readonly sessionKey: Buffer;
}

export function proveAccount(account: NtlmAccount, serverNonce: Buffer, statement: Buffer): NtlmProof {
  const key = accountKey(account);
  const proof = hmacMd5(key, Buffer.concat([serverNonce, statement]));
  return { response: Buffer.concat([proof, statement]), sessionKey: hmacMd5(key, proof) };
}

/** NTOWFv2. */
export function accountKey({ user, domain, password }: NtlmAccount): Buffer {
  // The package, for OpenSSL 3 has no MD4 any more.
  const passwordHash = Buffer.from(md4.arrayBuffer(Buffer.from(password, 'utf16le')));
  return hmacMd5(passwordHash, Buffer.from(upperCaseOfWindows(user) + domain, 'utf16le'));
}

export function hmacMd5(key: Buffer, data: Buffer): Buffer {
  return createHmac('md5', key).update(data).digest();
}
