/** The end of a daemon that something keeps from ending: a database that does not answer. */
import { rmSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { expect } from 'chai';
import { createConnection } from 'mysql2/promise';
import type { Connection } from 'mysql2/promise';
import { startExchange } from '../../sandbox/exchange/server.ts';
import type { Sandbox } from '../../sandbox/exchange/server.ts';
import { makeScratch, requireServer } from '../db/mysql-scratch.ts';
import { alice, environment, listening, makeFolder } from './company.ts';
import { exsync, finished, spawnExsync } from './exsync-program.ts';
import { openFrontDoor } from './front-door.ts';
import type { FrontDoor } from './front-door.ts';

describe('a daemon that is stopping', function () {
  this.timeout(180_000);

  let folder: string;
  let env: Record<string, string>;
  let sandbox: Sandbox;
  let door: FrontDoor;
  let locker: Connection;

  before(requireServer);
  before(async () => {
    sandbox = await startExchange();
    door = await openFrontDoor(sandbox.url);
    folder = makeFolder();
    const database = await makeScratch();
    env = {
      ...environment(folder),
      EXSYNC_DATABASE_URL: database,
      EXSYNC_LOG_LEVEL: 'info',
      EXSYNC_LOG_FORMAT: 'json',
      // Longer than any test waits.
      EXSYNC_STOP_GRACE_SECONDS: '300',
    };
    const account = ['--username', 'svc@example.test', '--test-mailbox', alice];
    const setup = ['setup', '--exchange-url', door.url, '--mode', 'impersonation', ...account];
    for (const [args, stdin] of [
      [setup, 'svc\n'],
      [['user', 'add', alice], ''],
    ] as const) {
      const end = await exsync(args, { env, stdin });
      expect(end, end.stderr).to.include({ code: 0 });
    }
    locker = await createConnection(database);
  });
  after(async () => {
    await locker?.end();
    await door?.close();
    await sandbox?.close();
    if (folder) rmSync(folder, { recursive: true, force: true });
  });

  it('ends with 1 as soon as it is asked again, and the next run goes on', async () => {
    const arrived = door.hold();
    const daemon = await spawnExsync(['start'], { env });
    const ended = finished(daemon);
    await listening(daemon.stderr);
    await arrived;
    // The run under way cannot write down that it was stopped, and the daemon waits for it.
    await locker.query('LOCK TABLES runs WRITE');
    try {
      const stopping = saidInLog(daemon.stderr, 'stopping');
      daemon.kill('SIGTERM');
      await stopping;
      daemon.kill('SIGINT');
      const tooLate = setTimeout(() => daemon.kill('SIGKILL'), 10_000);
      const end = await ended;
      clearTimeout(tooLate);
      expect(end, end.stderr).to.include({ code: 1, signal: null });
    } finally {
      await locker.query('UNLOCK TABLES');
      door.release();
    }
    const next = await exsync(['sync'], { env });
    expect(next, next.stderr).to.include({ code: 0 });
  });
});

function saidInLog(stderr: NodeJS.ReadableStream | null, message: string): Promise<void> {
  return new Promise((resolve, reject) => {
    if (stderr === null) return reject(new Error('the daemon has no stderr'));
    const lines = createInterface({ input: stderr });
    lines.on('line', (line) => {
      if ((JSON.parse(line) as { message: string }).message === message) resolve();
    });
    lines.once('close', () => reject(new Error(`the daemon ended before it said "${message}"`)));
  });
}
