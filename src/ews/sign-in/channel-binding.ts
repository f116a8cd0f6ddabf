/** Binds a sign-in to the server's certificate, as Extended Protection wants it (RFC 5929, `tls-server-end-point`). */
import { createHash } from 'node:crypto';

/** The 16 bytes for the NTLM message ([MS-NLMP] 2.2.2.1: MD5 of a gss_channel_bindings_struct). */
export function channelBinding(certificate: Buffer): Buffer {
  return bindingOf(createHash(hashOf(certificate)).update(certificate).digest());
}

export function bindingOf(certificateHash: Buffer): Buffer {
  const data = Buffer.concat([Buffer.from('tls-server-end-point:', 'latin1'), certificateHash]);
  // Type and length of the two addresses, all zero; then the length of the data.
  const head = Buffer.alloc(20);
  head.writeUInt32LE(data.length, 16);
  return createHash('md5').update(head).update(data).digest();
}

/** Object identifiers in DER: RSA and ECDSA signatures, then the hashes that RSA-PSS names in its parameters. */
const hashesByAlgorithm: readonly (readonly [string, string])[] = [
  ['06092a864886f70d01010c', 'sha384'],
  ['06092a864886f70d01010d', 'sha512'],
  ['06082a8648ce3d040303', 'sha384'],
  ['06082a8648ce3d040304', 'sha512'],
  ['0609608648016503040202', 'sha384'],
  ['0609608648016503040203', 'sha512'],
];

/** The hash the certificate was signed with; SHA-256 in place of MD5 and SHA-1, and of what we do not know. */
function hashOf(certificate: Buffer): string {
  const algorithm = signatureAlgorithm(certificate).toString('hex');
  return hashesByAlgorithm.find(([identifier]) => algorithm.includes(identifier))?.[1] ?? 'sha256';
}

/** Certificate ::= SEQUENCE { tbsCertificate, signatureAlgorithm, signature }. Node 20 does not tell it. */
function signatureAlgorithm(certificate: Buffer): Buffer {
  const inner = certificate.subarray(contentAt(certificate, 0));
  const start = endOf(inner, 0);
  return inner.subarray(start, endOf(inner, start));
}

function contentAt(der: Buffer, at: number): number {
  const first = der[at + 1] ?? 0;
  return at + 2 + (first < 0x80 ? 0 : first & 0x7f);
}

function endOf(der: Buffer, at: number): number {
  const content = contentAt(der, at);
  const first = der[at + 1] ?? 0;
  const length = first < 0x80 ? first : parseInt(der.toString('hex', at + 2, content), 16);
  return content + length;
}
