import { expect } from 'chai';
import { createHash, X509Certificate } from 'node:crypto';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bindingOf, channelBinding } from '../../../src/ews/sign-in/channel-binding.ts';

describe('channel binding', () => {
  it('is the one other clients make of the same hash', () => {
    const hash = 'e3ca49271e5089cc48ce82109f1324f41dbeddc29a777410c738f7868c4ff405';
    expect(bindingOf(Buffer.from(hash, 'hex')).toString('hex')).to.equal('6ea19df066da4622051f9c4f92c6df74');
  });

  describe('of a certificate', () => {
    let folder = '';
    before(() => (folder = mkdtempSync(join(tmpdir(), 'channel-binding-'))));
    after(() => rmSync(folder, { recursive: true }));

    const kinds: [string, string, string[]][] = [
      ['RSA with SHA-1', 'sha256', ['-newkey', 'rsa:2048', '-sha1']],
      ['RSA with SHA-256', 'sha256', ['-newkey', 'rsa:2048', '-sha256']],
      ['RSA with SHA-384', 'sha384', ['-newkey', 'rsa:2048', '-sha384']],
      ['RSA with SHA-512', 'sha512', ['-newkey', 'rsa:2048', '-sha512']],
      ['ECDSA with SHA-256', 'sha256', ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-sha256']],
      ['ECDSA with SHA-384', 'sha384', ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-384', '-sha384']],
      [
        'RSA-PSS with SHA-512',
        'sha512',
        ['-newkey', 'rsa:2048', '-sha512', '-sigopt', 'rsa_padding_mode:pss'],
      ],
      [
        'RSA-PSS with SHA-256',
        'sha256',
        ['-newkey', 'rsa:2048', '-sha256', '-sigopt', 'rsa_padding_mode:pss'],
      ],
    ];
    for (const [kind, hash, options] of kinds) {
      it(`signed by ${kind} is made with ${hash}`, () => {
        const file = join(folder, 'certificate.pem');
        const common = [
          '-x509',
          '-nodes',
          '-subj',
          '/CN=mail.example.test',
          '-keyout',
          join(folder, 'key.pem'),
        ];
        execFileSync('openssl', ['req', ...common, '-out', file, ...options], { stdio: 'pipe' });
        const { raw } = new X509Certificate(readFileSync(file));
        expect(channelBinding(raw)).to.deep.equal(bindingOf(createHash(hash).update(raw).digest()));
      });
    }
  });
});
