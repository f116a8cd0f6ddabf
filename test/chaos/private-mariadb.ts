/** A MariaDB of a test's own, which it may stop and start: its data in a new folder, on a port of its own. */
import { execFile, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { createConnection } from 'mysql2/promise';

export interface PrivateMariadb {
  /** Of an empty database. */
  readonly url: string;
  /** SIGTERM lets it end in order, SIGKILL does not. Resolves when it is gone. */
  stop(signal: 'SIGTERM' | 'SIGKILL'): Promise<void>;
  /** Resolves when it answers. */
  start(): Promise<void>;
  /** Ends it and removes its data. */
  close(): Promise<void>;
}

const database = 'exsync';
const startMs = 60_000;

/** Null where mariadbd is installed. */
export async function missingMariadb(): Promise<string | null> {
  try {
    await promisify(execFile)('mariadbd', ['--version'], { env: withSbin() });
    return null;
  } catch {
    return 'mariadbd is missing (Debian: mariadb-server)';
  }
}

export async function startPrivateMariadb(): Promise<PrivateMariadb> {
  const folder = mkdtempSync(join(tmpdir(), 'exsync-mariadb-'));
  const data = join(folder, 'data');
  const port = await freePort();
  const user = `--user=${userInfo().username}`;
  await promisify(execFile)(
    'mariadb-install-db',
    [
      '--no-defaults',
      user,
      `--datadir=${data}`,
      '--auth-root-authentication-method=normal',
      '--skip-test-db',
    ],
    { env: withSbin() },
  );
  let server: ChildProcess | null = null;
  const kill = (): void => void server?.kill('SIGKILL');
  process.once('exit', kill);

  async function start(): Promise<void> {
    const options = [
      `--datadir=${data}`,
      `--port=${port}`,
      `--socket=${join(folder, 's')}`,
      `--pid-file=${join(folder, 'pid')}`,
      '--bind-address=127.0.0.1',
      '--innodb-buffer-pool-size=64M',
    ];
    server = spawn('mariadbd', ['--no-defaults', user, ...options], { env: withSbin(), stdio: 'ignore' });
    const until = Date.now() + startMs;
    for (;;) {
      try {
        const connection = await createConnection({ host: '127.0.0.1', port, user: 'root' });
        await connection.query(`CREATE DATABASE IF NOT EXISTS ${database}`);
        return await connection.end();
      } catch (error) {
        if (Date.now() > until || server.exitCode !== null) throw error;
        await sleep(50);
      }
    }
  }

  async function stop(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    const stopping = server;
    server = null;
    if (stopping === null || stopping.exitCode !== null) return;
    const gone = once(stopping, 'exit');
    stopping.kill(signal);
    await gone;
  }

  await start();
  return {
    url: `mysql://root@127.0.0.1:${port}/${database}`,
    stop,
    start,
    async close() {
      await stop('SIGKILL');
      process.off('exit', kill);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** Where Debian puts servers, which the PATH of people leaves out. */
function withSbin(): Record<string, string> {
  return { PATH: `${process.env['PATH'] ?? ''}:/usr/sbin`, TMPDIR: tmpdir() };
}
