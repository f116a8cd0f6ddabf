/** Which certificate authorities are trusted besides the built-in ones. */
import { X509Certificate } from 'node:crypto';
import type { SecureContext } from 'node:tls';
import { createSecureContext, rootCertificates } from 'node:tls';
import { ConfigError } from '../errors.ts';

/** The PEM may hold several certificates. A text without any would be taken silently and trust nothing new. */
export function trustContext(ca: string): SecureContext {
  const certificates = ca.match(/-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g) ?? [];
  if (certificates.length === 0 || !certificates.every(isCertificate)) {
    throw new ConfigError(['The private certificate authority must be a certificate in PEM.']);
  }
  return createSecureContext({ ca: [...rootCertificates, ...certificates] });
}

function isCertificate(pem: string): boolean {
  try {
    return new X509Certificate(pem).subject !== '';
  } catch {
    return false;
  }
}
