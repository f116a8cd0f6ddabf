/** A certificate authority of the sandbox's own, and a certificate for loopback signed by it. */
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** All PEM. */
export interface ServerCertificate {
  readonly key: string;
  readonly cert: string;
  readonly ca: string;
}

/** Needs the openssl command; its files live in a temporary folder only until they are read. */
export async function makeCertificate(host: string): Promise<ServerCertificate> {
  const folder = await mkdtemp(join(tmpdir(), 'sandbox-tls-'));
  const file = (name: string): string => join(folder, name);
  const newKey = [
    'req',
    '-newkey',
    'ec',
    '-pkeyopt',
    'ec_paramgen_curve:prime256v1',
    '-nodes',
    '-days',
    '825',
  ];
  try {
    await openssl([
      ...[...newKey, '-x509', '-subj', '/CN=Sandbox CA', '-keyout', file('ca.key'), '-out', file('ca.pem')],
      ...['-addext', 'basicConstraints=critical,CA:TRUE', '-addext', 'keyUsage=critical,keyCertSign,cRLSign'],
    ]);
    await openssl([
      ...newKey.slice(0, -2),
      '-subj',
      `/CN=${host}`,
      '-keyout',
      file('key.pem'),
      '-out',
      file('csr.pem'),
    ]);
    const names = ['DNS:localhost', 'IP:127.0.0.1', 'IP:::1'].join(',');
    await writeFile(file('names.cnf'), `subjectAltName=${names}\nextendedKeyUsage=serverAuth\n`);
    await openssl([
      ...['x509', '-req', '-in', file('csr.pem'), '-CA', file('ca.pem'), '-CAkey', file('ca.key')],
      ...['-CAcreateserial', '-days', '825', '-extfile', file('names.cnf'), '-out', file('cert.pem')],
    ]);
    const [key, cert, ca] = await Promise.all(
      ['key.pem', 'cert.pem', 'ca.pem'].map((name) => readFile(file(name), 'utf8')),
    );
    if (key === undefined || cert === undefined || ca === undefined)
      throw new Error('openssl made no certificate.');
    return { key, cert, ca };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function openssl(args: readonly string[]): Promise<void> {
  try {
    await run('openssl', args);
  } catch (error) {
    throw new Error('TLS with a certificate of its own needs the openssl command.', { cause: error });
  }
}
