/** The daemon as it is, asked by those who watch over it, also while its database is away. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { expect } from 'chai';
import { startDaemon } from '../../src/composition/daemon.ts';
import type { Daemon } from '../../src/composition/daemon.ts';
import { openInstallation } from '../../src/composition/installation.ts';
import type { Installation } from '../../src/composition/installation.ts';
import { loadConfig } from '../../src/config.ts';
import { createLogger } from '../../src/log.ts';

describe('the daemon', () => {
  let folder: string;
  let installation: Installation;
  let daemon: Daemon;
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'exsync-health-'));
    const env = {
      EXSYNC_DATABASE_URL: `sqlite:${join(folder, 'exsync.db')}`,
      EXSYNC_SECRET_KEY_FILE: join(folder, 'exsync.key'),
      EXSYNC_HTTP_PORT: '0',
    };
    const config = loadConfig({ env, defaultsOnly: true });
    installation = await openInstallation(config, createLogger({ ...config.log, stream: new PassThrough() }));
    daemon = await startDaemon(installation);
  });
  afterEach(async () => {
    await daemon.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  async function ask(path: string, method = 'GET'): Promise<{ status: number; text: string }> {
    const response = await fetch(new URL(path, daemon.publicUrl), { method });
    return { status: response.status, text: await response.text() };
  }

  it('is alive before Exchange is set up, and not ready', async () => {
    expect(await ask('/healthz')).to.deep.equal({ status: 200, text: 'ok' });
    expect(await ask('/readyz')).to.deep.equal({ status: 503, text: 'not ready: Exchange is not set up' });
    await installation.close();
  });

  it('is ready once Exchange is set up', async () => {
    const { version, settings } = await installation.stores.settings.load();
    const url = 'https://mail.example.test/EWS/Exchange.asmx';
    const exchange = { url, mode: 'impersonation', ca: null, schema: 'Exchange2013_SP1' } as const;
    await installation.stores.settings.save({ ...settings, exchange }, version, 'test');
    expect(await ask('/readyz')).to.deep.equal({ status: 200, text: 'ok' });
    await installation.close();
  });

  it('warns at its start of a database that is reached over a network without TLS', async () => {
    const told = async (url: string): Promise<string> => {
      const stream = new PassThrough();
      const config = { ...installation.config, database: { url } };
      const log = createLogger({ ...config.log, stream });
      await (await startDaemon({ ...installation, config, log })).stop();
      return String(stream.read());
    };
    const url = 'mysql://bob:secret@db.example.test/exsync';
    expect(await told(url))
      .to.match(/^.*warn.*without TLS.*db\.example\.test.*\?ssl=true.*$/m)
      .and.not.match(/secret|mysql:/);
    expect(await told(`${url}?ssl=true`))
      .to.contain('listening')
      .and.not.contain('TLS');
    await installation.close();
  });

  it('stays alive when its database goes away, says so, and answers pages with 503', async () => {
    await installation.close();
    expect(await ask('/healthz')).to.deep.equal({ status: 200, text: 'ok' });
    expect(await ask('/readyz')).to.deep.equal({
      status: 503,
      text: 'not ready: the database does not answer',
    });
    const response = await fetch(daemon.publicUrl, { headers: { cookie: 'exsync=anything' } });
    expect(response.status).to.equal(503);
    expect(response.headers.get('retry-after')).to.equal('10');
    expect(await response.text())
      .to.contain('The database does not answer')
      .and.not.contain(folder)
      .and.not.match(/\bat .*\.ts/);
  });
});
