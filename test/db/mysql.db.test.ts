/** What the program makes of MySQL's own ways. What every database does alike is in the other files. */
import { execFile } from 'node:child_process';
import { connect, createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { inspect, promisify } from 'node:util';
import { expect } from 'chai';
import type { RowDataPacket } from 'mysql2/promise';
import type { EntityManager } from 'typeorm';
import type { Database } from '../../src/db/database.ts';
import { openDatabase } from '../../src/db/database.ts';
import { bulkInsert } from '../../src/db/bulk-insert.ts';
import { auditEntity } from '../../src/db/entities/audit.ts';
import { blobEntity } from '../../src/db/entities/blob.ts';
import { usualWaiting } from '../../src/db/persistence.ts';
import { createStores } from '../../src/db/stores.ts';
import type { Stores } from '../../src/db/stores.ts';
import { ConfigError, LeaseLostError, RemoteError } from '../../src/errors.ts';
import { startCutProxy } from './cut-proxy.ts';
import type { CutProxy } from './cut-proxy.ts';
import { makeScratch, requireServer, serverConnection, serverUrl } from './mysql-scratch.ts';
import { rejection } from './rejection.ts';
import { entry, exchangeFeed, inboxCount, link, scope, settlement, startRun } from './sync-fixtures.ts';
import { crmExtras, testStoreOptions } from './test-database.ts';
import type { TestDatabase } from './test-database.ts';

const openProcess = fileURLToPath(new URL('./open-database-process.ts', import.meta.url));

function insertAudit(manager: EntityManager, what: string): Promise<unknown> {
  return manager.insert(auditEntity, { at: 1, actor: 'test', what, details: '{}' });
}

async function auditTrail(database: Database): Promise<string[]> {
  const rows = await database.read((manager) => manager.find(auditEntity, { order: { id: 'ASC' } }));
  return rows.map(({ what }) => what);
}

/** A promise and what settles it: for a task that waits in the middle. */
function gate(): { readonly passed: Promise<void>; readonly open: () => void } {
  let open = (): void => undefined;
  const passed = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { passed, open };
}

/** The beginnings of the statements that make an empty database what it should be, told apart. */
async function changesOf(url: string): Promise<string[]> {
  const { hostname, port } = new URL(serverUrl);
  const proxy = await startCutProxy({ host: hostname, port: Number(port || '3306') });
  const through = new URL(url);
  through.host = `127.0.0.1:${proxy.port}`;
  const said: string[] = [];
  proxy.listen = (text) => said.push(...(text.match(/(?:CREATE|ALTER|INSERT INTO|UPDATE) .{1,26}/g) ?? []));
  await (await openDatabase(through.href, crmExtras)).close();
  await proxy.close();
  // TypeORM writes its own record under the database's name, which is another one each time.
  return [...new Set(said.filter((text) => !text.includes('`migr') && !text.includes('exsync_test')))];
}

/** Every column and index, and the rows that are there from the beginning. */
async function shape(url: string): Promise<unknown> {
  const server = await serverConnection();
  const name = new URL(url).pathname.slice(1);
  const [columns] = await server.query(
    `SELECT table_name, column_name, column_type, collation_name, is_nullable, column_key, extra
     FROM information_schema.columns WHERE table_schema = ? ORDER BY table_name, ordinal_position`,
    [name],
  );
  const [indexes] = await server.query(
    `SELECT table_name, index_name, non_unique, seq_in_index, column_name
     FROM information_schema.statistics WHERE table_schema = ? ORDER BY 1, 2, 4`,
    [name],
  );
  const [profiles] = await server.query(`SELECT * FROM ${name}.crm_profiles ORDER BY id`);
  const [counters] = await server.query(`SELECT name FROM ${name}.crm_counters ORDER BY name`);
  const [done] = await server.query(`SELECT name FROM ${name}.migrations ORDER BY id`);
  return { columns, indexes, profiles, counters, done };
}

describe('Database on MySQL', function () {
  this.timeout(90_000);
  let url: string;
  let database: Database;
  let stores: Stores;
  let test: TestDatabase;
  before(requireServer);
  before(async () => {
    url = await makeScratch();
    database = await openDatabase(url, crmExtras);
    stores = createStores(database, testStoreOptions);
    test = { database, stores, file: null, close: () => Promise.resolve() };
  });
  after(() => database?.close());
  beforeEach(() =>
    database.transaction(async (manager) => {
      for (const table of [
        'audit',
        'blobs',
        'blob_uses',
        'inbox',
        'links',
        'leases',
        'cursors',
        'mailboxes',
      ]) {
        await manager.query(`DELETE FROM ${table}`);
      }
    }),
  );

  describe('what it stores', () => {
    it('tells ids apart that differ in case only, up to the 512 characters Exchange takes', async () => {
      const { lease } = await startRun(test);
      const [one, other] = [`${'A'.repeat(511)}b`, `${'A'.repeat(511)}B`];
      await stores.sync.enqueue(lease, [entry(one), entry(other)]);
      const links = [link('aa', { exchangeId: one }), link('aA', { exchangeId: other })];
      await stores.sync.settle(lease, settlement({ links }));
      expect(await inboxCount(test, scope)).to.equal(2);
      const found = await stores.sync.linksByItem(scope, 'exchange', [other]);
      expect(found.map(({ id }) => id)).to.deep.equal(['aA']);
    });

    it('gives back text as it was, in a database made for another character set', async () => {
      const content = `'"\\ \u0000 \\' \n 𝄞 Ž 王 %_ ; -- ${'x'.repeat(5_000_000)}`;
      await stores.sync.putBlobs([{ hash: 'h', size: 1, mediaType: 'text/plain', content }]);
      expect((await stores.sync.blobs(['h'])).get('h')?.content === content).to.equal(true);
    });

    it('divides rows that are too large together for one statement', async () => {
      const blobs = Array.from({ length: 8 }, (_, index) => ({
        hash: `h${index}`,
        size: 1,
        mediaType: 'text/plain',
        content: '王'.repeat(1_200_000),
      }));
      await stores.sync.putBlobs(blobs);
      expect((await stores.sync.blobs(blobs.map(({ hash }) => hash))).size).to.equal(8);
    });

    it('says what to raise when a single row is larger than the server takes', async () => {
      const [[row]] = (await (
        await serverConnection()
      ).query('SELECT @@max_allowed_packet AS bytes')) as unknown as [[{ bytes: number }]];
      const content = 'x'.repeat(row.bytes + 1);
      const error = await rejection(
        stores.sync.putBlobs([{ hash: 'h', size: 1, mediaType: 'text/plain', content }]),
        Error,
      );
      expect(error.message).to.contain('max_allowed_packet');
    });

    it('cuts nothing, not even where a row that is there already is kept', async () => {
      const row = { hash: 'h', size: 1, mediaType: 'm'.repeat(129), content: '' };
      await rejection(
        database.transaction((manager) => bulkInsert(manager, blobEntity, [row], { kind: 'ignore' })),
        Error,
      );
      expect(await database.read((manager) => manager.count(blobEntity))).to.equal(0);
    });

    it('keeps values out of the errors that the server quotes them in', async () => {
      const twice = { hash: 'anna@example.test', size: 1, mediaType: 'x', content: 'secret content' };
      const error = await rejection(
        database.transaction((manager) => bulkInsert(manager, blobEntity, [twice, twice])),
        Error,
      );
      expect(inspect(error, { depth: 9 }))
        .to.contain('ER_DUP_ENTRY')
        .and.not.contain('anna@example.test')
        .and.not.contain('secret content');
    });
  });

  describe('transactions side by side', () => {
    it('go on at the same time', async () => {
      const [first, second] = [gate(), gate()];
      await Promise.all([
        database.transaction(async (manager) => {
          await insertAudit(manager, 'first');
          first.open();
          await second.passed;
        }),
        database.transaction(async (manager) => {
          await insertAudit(manager, 'second');
          second.open();
          await first.passed;
        }),
      ]);
      expect(await auditTrail(database)).to.have.members(['first', 'second']);
    });

    it('are carried out again from the beginning after a deadlock', async () => {
      await stores.sync.putBlobs(
        ['a', 'b'].map((hash) => ({ hash, size: 0, mediaType: 'text/plain', content: '' })),
      );
      let attempts = 0;
      const met = [gate(), gate()];
      const add = (hash: string) => (manager: EntityManager) =>
        manager.query('UPDATE blobs SET size = size + 1 WHERE hash = ?', [hash]);
      const crosswise = (order: readonly string[], mine: number) =>
        database.transaction(async (manager) => {
          attempts += 1;
          await add(order[0] ?? '')(manager);
          met[mine]?.open();
          await met[1 - mine]?.passed;
          await add(order[1] ?? '')(manager);
        });
      await Promise.all([crosswise(['a', 'b'], 0), crosswise(['b', 'a'], 1)]);
      expect(attempts).to.equal(3);
      const sizes = await database.read((manager) => manager.find(blobEntity, { order: { hash: 'ASC' } }));
      expect(sizes.map(({ size }) => size)).to.deep.equal([2, 2]);
    });

    it('of one lease follow one another, and a holder that was overtaken writes nothing', async () => {
      const { lease } = await startRun(test);
      await Promise.all(
        Array.from({ length: 20 }, (_, index) => stores.sync.enqueue(lease, [entry(`item-${index}`)])),
      );
      const [row] = await database.read((manager) =>
        manager.query<{ writes: number }[]>('SELECT writes FROM leases WHERE id = ?', [lease.key]),
      );
      expect(row?.writes).to.equal(21);

      const later = { ...testStoreOptions, host: 'host-2', clock: () => lease.expiresAt + 1 };
      const overtaking = createStores(database, later).leases.acquire(lease.key, 60_000);
      const late = Array.from({ length: 5 }, (_, index) =>
        stores.sync.enqueue(lease, [entry(`late-${index}`)]),
      );
      const written = (await Promise.allSettled(late)).filter(({ status }) => status === 'fulfilled').length;
      expect(await overtaking).to.include({ fence: lease.fence + 1 });
      await rejection(stores.sync.enqueue(lease, [entry('too late')]), LeaseLostError);
      expect(await inboxCount(test, scope)).to.equal(20 + written);
    });

    it('let one of several processes have a lease that nobody had before', async () => {
      const tries = Array.from({ length: 8 }, (_, index) =>
        createStores(database, { ...testStoreOptions, host: `host-${index}` }).leases.acquire('new', 1_000),
      );
      expect((await Promise.all(tries)).filter((lease) => lease !== null)).to.have.length(1);
    });

    it('number full reads of one module apart, whoever begins them', async () => {
      const runs = await Promise.all(
        ['m1', 'm2', 'm3', 'm4'].map((mailboxId) => startRun(test, { ...scope, mailboxId })),
      );
      const cursors = await Promise.all(
        runs.map(({ lease }, index) =>
          stores.sync.beginFullRead(lease, {
            ...exchangeFeed,
            side: 'crm',
            scope: 'owner',
            mailboxId: `m${index + 1}`,
          }),
        ),
      );
      expect(cursors.map(({ fullRead }) => fullRead)).to.have.members([1, 2, 3, 4]);
    });

    it('refuse the second of two users who claim a mailbox at once, as if they came one after the other', async () => {
      const claims = await Promise.allSettled(
        ['user-1', 'user-2'].map((crmUserId) =>
          stores.mailboxes.add({ crmUserId, address: 'anna@example.test', credentialId: null }),
        ),
      );
      const refused = claims.flatMap((claim) => (claim.status === 'rejected' ? [claim.reason as Error] : []));
      expect(refused.map(({ message }) => message)).to.deep.equal([
        'The mailbox anna@example.test belongs to another user.',
      ]);
    });
  });

  describe('a connection that breaks', () => {
    let proxy: CutProxy;
    let away: Database;
    let sleeps: number;
    beforeEach(async () => {
      const { hostname, port } = new URL(serverUrl);
      proxy = await startCutProxy({ host: hostname, port: Number(port || '3306') });
      const through = new URL(url);
      through.host = `127.0.0.1:${proxy.port}`;
      sleeps = 0;
      let now = 0;
      away = await openDatabase(through.href, {
        ...crmExtras,
        waiting: {
          ...usualWaiting,
          clock: () => now,
          sleep: (ms) => {
            now += ms;
            sleeps += 1;
            return Promise.resolve();
          },
        },
      });
    });
    afterEach(async () => {
      await proxy.close();
      await away.close();
    });

    it('in the middle of a transaction costs nothing but a further attempt', async () => {
      proxy.cutAt = { text: 'cut here', fate: 'unanswered' };
      let attempts = 0;
      await away.transaction(async (manager) => {
        attempts += 1;
        await insertAudit(manager, 'before');
        await insertAudit(manager, 'cut here');
      });
      expect({ attempts, cuts: proxy.cuts }).to.deep.equal({ attempts: 2, cuts: 1 });
      expect(await auditTrail(database)).to.deep.equal(['before', 'cut here']);
    });

    for (const fate of ['lost', 'unanswered'] as const) {
      it(`at a COMMIT that is ${fate} says that the outcome is unknown, and repeats nothing`, async () => {
        proxy.cutAt = { text: 'COMMIT', fate };
        const error = await rejection(
          away.transaction((manager) => insertAudit(manager, fate)),
          RemoteError,
        );
        expect(error).to.include({ code: 'DatabaseUnavailable', retryable: true, outcomeUnknown: true });
        expect(await auditTrail(database)).to.deep.equal(fate === 'lost' ? [] : [fate]);
      });
    }

    it('is waited for, for a while, and goes on when the database is back', async () => {
      await proxy.shut();
      const error = await rejection(
        away.read((manager) => manager.count(auditEntity)),
        RemoteError,
      );
      expect(error).to.include({ code: 'DatabaseUnavailable', retryable: true, outcomeUnknown: false });
      expect(error.message).to.contain(`127.0.0.1:${proxy.port}`).and.not.contain('root');
      expect(sleeps).to.be.greaterThan(5);
      await proxy.open();
      await away.transaction((manager) => insertAudit(manager, 'back'));
      expect(await auditTrail(database)).to.deep.equal(['back']);
    });

    it('leaves no lease behind that was given back while the database was away', async () => {
      const { leases } = createStores(away, { ...testStoreOptions, host: 'host-9' });
      const lease = await leases.acquire('key', 1_000_000);
      await proxy.shut();
      if (lease) await rejection(leases.release(lease), RemoteError);
      await proxy.open();
      expect(await leases.acquire('key', 1_000)).to.include({ fence: 2 });
      expect(await leases.acquire('key', 1_000)).to.equal(null);
    });
  });

  describe('opening', () => {
    const user = 'exsync_test_limited';
    const password = "p@ss:w/o#r?d%'";
    const sufficient = 'SELECT, INSERT, UPDATE, DELETE, CREATE, ALTER, INDEX, DROP, REFERENCES';
    async function asUser(rights: string | null, of = url): Promise<string> {
      const server = await serverConnection();
      const name = new URL(of).pathname.slice(1);
      await server.query(`DROP USER IF EXISTS ${user}@'%'`);
      await server.query(`CREATE USER ${user}@'%' IDENTIFIED BY ?`, [password]);
      if (rights !== null) await server.query(`GRANT ${rights} ON ${name}.* TO ${user}@'%'`);
      const limited = new URL(of);
      limited.username = user;
      limited.password = encodeURIComponent(password);
      return limited.href;
    }
    after(async () => (await serverConnection()).query(`DROP USER IF EXISTS ${user}@'%'`));

    async function refusal(of: string): Promise<string> {
      const error = await rejection(openDatabase(of, crmExtras), ConfigError);
      expect(error.problems).to.have.length(1);
      const [line = ''] = error.problems;
      expect(line)
        .to.match(/^database\.url: [^\n]+\.$/)
        .and.not.contain(password);
      expect(inspect(error, { depth: 9 })).to.not.contain(password);
      return line;
    }

    it('takes a user with the rights it names, and a password with characters of a URL', async () => {
      const own = await openDatabase(await asUser(sufficient, await makeScratch()), crmExtras);
      await own.transaction((manager) => insertAudit(manager, 'as a user'));
      expect(await auditTrail(own)).to.deep.equal(['as a user']);
      await own.close();
    });

    it('names the rights that are missing, before and after the tables were made', async () => {
      const lacks = ['lacks a right', `GRANT ${sufficient}`];
      const empty = await makeScratch();
      for (const rights of ['SELECT, INSERT', 'SELECT, INSERT, CREATE, ALTER, INDEX, DROP, REFERENCES']) {
        expect(await refusal(await asUser(rights, empty)))
          .to.include(lacks[0])
          .and.include(lacks[1]);
      }
      for (const rights of ['SELECT, INSERT, UPDATE', 'SELECT, INSERT, DELETE', 'SELECT, UPDATE, DELETE']) {
        expect(await refusal(await asUser(rights)))
          .to.include(lacks[0])
          .and.include(lacks[1]);
      }
    });

    it('says what is wrong with the password, the database and TLS', async () => {
      const wrong = new URL(await asUser(sufficient));
      wrong.password = 'wrong';
      expect(await refusal(wrong.href))
        .to.contain('wrong password')
        .and.contain('TLS');
      expect(await refusal(await asUser(null)))
        .to.contain('may not use the database')
        .and.contain('GRANT');
      const missing = new URL(url);
      missing.pathname = '/exsync_test_missing';
      expect(await refusal(missing.href)).to.contain('CREATE DATABASE `exsync_test_missing`');
      // MySQL makes a certificate for itself, which nobody vouches for; MariaDB of this age has none.
      expect(await refusal(`${url}?ssl=true`)).to.match(/TLS.*leave ssl out|certificate of .*ssl-ca/);
      expect(await refusal(`${url}?ssl-ca=/nowhere/ca.pem`))
        .to.contain('/nowhere/ca.pem')
        .and.contain('ENOENT');
      // Where the daemon was started decides what a short name means, so the whole of it is said.
      expect(await refusal(`${url}?ssl-ca=ca.pem`)).to.contain(` ${resolve('ca.pem')},`);
    });

    it('says what to do about a password that has expired, and a locked account, and ends', async () => {
      const settings = { PATH: process.env['PATH'] ?? '', EXSYNC_DATABASE_URL: await asUser(sufficient) };
      const server = await serverConnection();
      await server.query(`ALTER USER ${user}@'%' PASSWORD EXPIRE`);
      const ended = await promisify(execFile)(
        process.execPath,
        ['--import', 'tsx', fileURLToPath(new URL('../../src/main.ts', import.meta.url)), 'doctor'],
        { env: settings, timeout: 20_000 },
      ).catch((error: unknown) => error);
      expect(ended).to.include({ code: 2, signal: null });
      expect((ended as { stderr: string }).stderr).to.match(
        /^exsync: database\.url: the password of \w+ has expired; .*\n$/,
      );
      await server.query(`DROP USER ${user}@'%'`);
      const locked = await asUser(sufficient);
      await server.query(`ALTER USER ${user}@'%' ACCOUNT LOCK`);
      expect(await refusal(locked)).to.contain('ACCOUNT UNLOCK');
    });

    it('is finished by the next start, wherever it broke off', async function () {
      this.timeout(300_000);
      const whole = await shape(url);
      const changes = await changesOf(await makeScratch());
      expect(changes.length).to.be.greaterThan(20);
      const breakOffAt = async (text: string, fate: 'unanswered' | 'lost') => {
        const { hostname, port } = new URL(serverUrl);
        const proxy = await startCutProxy({ host: hostname, port: Number(port || '3306') });
        const fresh = await makeScratch();
        const through = new URL(fresh);
        through.host = `127.0.0.1:${proxy.port}`;
        proxy.cutAt = { text, fate };
        const opened = await openDatabase(through.href, crmExtras).catch((error: unknown) => error);
        await proxy.close();
        expect(opened, text).to.be.instanceOf(ConfigError);
        expect(proxy.cuts, text).to.equal(1);
        await (await openDatabase(fresh, crmExtras)).close();
        expect(await shape(fresh), text).to.deep.equal(whole);
      };
      const waiting = changes.map(
        (text, index) => () => breakOffAt(text, index % 2 === 0 ? 'unanswered' : 'lost'),
      );
      const one = async () => {
        for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) await next();
      };
      await Promise.all([one(), one(), one(), one()]);
    });

    it('says that the server is too old, before it makes any table', async () => {
      const { hostname, port } = new URL(serverUrl);
      const [[row]] = await (await serverConnection()).query<RowDataPacket[]>('SELECT VERSION() AS version');
      const version = String(row?.['version']);
      // Of the same length, so that the packets stay as they are.
      const [numbers = ''] = /^\d+\.\d+/.exec(version) ?? [];
      const old = version.replace(numbers, { 3: '5.7', 4: '10.5', 5: '10.05' }[numbers.length] ?? '');
      const proxy = createServer((client) => {
        const remote = connect(Number(port || '3306'), hostname);
        for (const socket of [client, remote]) socket.on('error', () => remote.destroy());
        remote.once('close', () => client.destroy());
        client.pipe(remote);
        remote.on('data', (data) => {
          client.write(Buffer.from(data.toString('latin1').replaceAll(version, old), 'latin1'));
        });
      }).listen(0, '127.0.0.1');
      await new Promise((resolve) => proxy.once('listening', resolve));
      const fresh = await makeScratch();
      const through = new URL(fresh);
      through.host = `127.0.0.1:${(proxy.address() as AddressInfo).port}`;
      const error = await rejection(openDatabase(through.href, crmExtras), ConfigError);
      proxy.close();
      expect(error.message).to.contain(`the server is too old (${old})`).and.contain('MariaDB 10.6');
      const [tables] = await (
        await serverConnection()
      ).query<RowDataPacket[]>('SELECT 1 FROM information_schema.tables WHERE table_schema = ?', [
        new URL(fresh).pathname.slice(1),
      ]);
      expect(tables).to.deep.equal([]);
    });

    it('says that nothing listens at the address', async () => {
      const server = createServer().listen(0, '127.0.0.1');
      await new Promise((resolve) => server.once('listening', resolve));
      const { port } = server.address() as AddressInfo;
      await new Promise((resolve) => server.close(resolve));
      expect(await refusal(`mysql://u:${encodeURIComponent(password)}@127.0.0.1:${port}/x`))
        .to.contain(`127.0.0.1:${port}`)
        .and.contain('ECONNREFUSED');
    });

    it('happens once when several processes start at the same time', async () => {
      const fresh = await makeScratch();
      const run = promisify(execFile);
      const outputs = await Promise.all(
        [1, 2, 3].map(() => run(process.execPath, ['--import', 'tsx', openProcess, fresh])),
      );
      expect(new Set(outputs.map(({ stdout }) => stdout)).size).to.equal(1);
      const opened = await openDatabase(fresh);
      const migrations: unknown = await opened.read((manager) =>
        manager.query('SELECT name FROM migrations ORDER BY id'),
      );
      expect(migrations).to.deep.equal([
        { name: 'CreateSyncTables1763790000000' },
        { name: 'CreateAdministrationTables1763790100000' },
        { name: 'AddRetention1795386900000' },
        { name: 'AddMailboxServer1795760500000' },
        { name: 'AddMeetings1796300000000' },
        { name: 'AddHistory1796400000000' },
        { name: 'IndexLargeMailboxes1796500000000' },
        { name: 'OpenMovedLinks1796510000000' },
        { name: 'AddMailboxModules1796600000000' },
        { name: 'CountLeftOut1796800000000' },
        { name: 'AddOrders1796900000000' },
      ]);
      await opened.close();
    });
  });
});
