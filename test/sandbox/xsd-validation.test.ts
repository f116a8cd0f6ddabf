/** Every answer the tests of this process saw, against the schema of Microsoft. Its name makes it run last. */
import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { fillMailbox } from '../../sandbox/exchange/generate.ts';
import { ask, getItems, SEEN, startRecorded } from './ews-client.ts';

const run = promisify(execFile);
const XSD = `${process.env['EWS_SCHEMAS_DIR'] ?? '../shared/ews/schemas'}/Exchange2013_SP1/ews.xsd`;
const LIST =
  '<m:CreateItem><m:Items><t:DistributionList><t:DisplayName>Board</t:DisplayName><t:Members><t:Member><t:Mailbox>' +
  '<t:Name>Bob</t:Name><t:EmailAddress>bob@example.test</t:EmailAddress></t:Mailbox></t:Member></t:Members>' +
  '</t:DistributionList></m:Items></m:CreateItem>';

describe('sandbox answers', function () {
  this.timeout(60_000);

  it('all validate against the schema of their release', async function () {
    if (!existsSync(XSD) || (await run('xmllint', ['--version']).catch(() => undefined)) === undefined) {
      if (process.env['CI'] === 'true') throw new Error(`${XSD} or xmllint is missing`);
      console.warn(`SKIPPED: ${XSD} or xmllint is missing`);
      this.skip();
    }
    const server = await startRecorded();
    fillMailbox(server.store, 'alice@example.test', { contacts: 60, seed: 11 });
    await ask(server.url, LIST);
    await ask(server.url, getItems(server.store.contacts('alice@example.test').map(({ id }) => id)));
    await ask(server.url, '<m:GetServerTimeZones ReturnFullTimeZoneData="true"/>');
    await ask(
      server.url,
      '<m:ResolveNames ReturnFullContactData="true"><m:UnresolvedEntry>alice</m:UnresolvedEntry></m:ResolveNames>',
    );
    await ask(
      server.url,
      '<m:SyncFolderHierarchy><m:FolderShape><t:BaseShape>AllProperties</t:BaseShape></m:FolderShape></m:SyncFolderHierarchy>',
    );
    await server.close();

    const directory = mkdtempSync(join(tmpdir(), 'sandbox-schema-'));
    try {
      const files = SEEN.map(({ operation, body }, index) => {
        const file = join(directory, `${index}-${operation}.xml`);
        writeFileSync(file, body);
        return file;
      });
      const result = await run('xmllint', ['--nonet', '--noout', '--schema', XSD, ...files], {
        maxBuffer: 64 << 20,
      }).catch((error: unknown) => error as { stderr: string });
      const invalid = result.stderr.split('\n').filter((line) => line !== '' && !line.endsWith(' validates'));
      expect(files.length).to.be.greaterThan(5);
      expect(invalid.slice(0, 10)).to.deep.equal([]);
    } finally {
      rmSync(directory, { recursive: true });
    }
  });
});
