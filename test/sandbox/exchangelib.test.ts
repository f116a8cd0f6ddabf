/** The real, independent client exchangelib against the stand-in, as each release it knows. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { promisify } from 'node:util';
import { expect } from 'chai';
import type { ReleaseName } from '../../sandbox/exchange/releases/release.ts';
import { startExchange } from '../../sandbox/exchange/server.ts';
import { schemaFile } from './schema-check.ts';

const run = promisify(execFile);
const PROBE = process.env['EWS_PROBE'] ?? '../shared/probes/exchangelib_probe.py';
/** What the probe itself cannot do: it expects exchangelib to return the error of a deleted occurrence, which it raises. */
const BEYOND_THE_PROBE = 'calendar_exceptions';
/**
 * The probe reads every answer to its end before the client sees it, and exchangelib streams GetAttachment from the raw
 * answer: this puts the bytes back.
 */
const RUNNER = `
import io, runpy, sys, requests.adapters
send = requests.adapters.HTTPAdapter.send
def readable_again(self, request, *args, **kwargs):
    response = send(self, request, *args, **kwargs)
    if kwargs.get("stream") and response.headers.get("Content-Length"):
        response.raw = io.BytesIO(response.content)
    return response
requests.adapters.HTTPAdapter.send = readable_again
runpy.run_path(sys.argv[1], run_name="__main__")
`;
const RELEASES: readonly ReleaseName[] = [
  'Exchange2010_SP2',
  'Exchange2013_SP1',
  'Exchange2016',
  'Exchange2019',
];

describe('sandbox with exchangelib', function () {
  this.timeout(60_000);

  for (const release of RELEASES) {
    it(`passes every step of the probe as ${release}, all messages valid in its schema`, async function () {
      const xsd = schemaFile(release);
      if (![PROBE, xsd, '/usr/bin/python3'].every((path) => existsSync(path))) {
        if (process.env['CI'] === 'true') throw new Error(`${PROBE}, ${xsd} or python3 is missing`);
        console.warn(`SKIPPED: ${PROBE}, ${xsd} or /usr/bin/python3 is missing`);
        this.skip();
      }
      const server = await startExchange({ release });
      try {
        const env = {
          PATH: process.env['PATH'],
          EWS_URL: server.url,
          EWS_USER: 'svc@example.test',
          PASSWORD: 'svc',
          IMPERSONATE: 'alice@example.test',
          IMPERSONATE_DENIED: 'carol@example.test',
          VALIDATE_XSD: xsd,
          XFAIL: BEYOND_THE_PROBE,
        };
        const { stdout } = await run('/usr/bin/python3', ['-c', RUNNER, PROBE], { env }).catch(
          (error: unknown) => {
            if (typeof error === 'object' && error !== null && 'code' in error && error.code === 2) {
              throw new Error('exchangelib is missing: apt-get install python3-exchangelib');
            }
            return error as { stdout: string };
          },
        );
        expect(stdout, stdout).to.match(/^PASS {2}schema_valid/m);
        expect(stdout, stdout).to.match(/^[3-9]\d passed, 0 failed/m);
      } finally {
        await server.close();
      }
    });
  }
});
