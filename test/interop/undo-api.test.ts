/** History and undo through the JSON API of the daemon. */
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { expect } from 'chai';
import { startDaemon } from '../../src/composition/daemon.ts';
import type { Daemon } from '../../src/composition/daemon.ts';
import { alice, startCompany } from './company.ts';
import type { CompanyInside } from './company.ts';
import { openFrontDoor } from './front-door.ts';
import type { FrontDoor } from './front-door.ts';

const ada = 'ada@example.test';

interface Answer {
  readonly status: number;
  readonly etag: string | null;
  readonly body: Record<string, unknown>;
}
interface ToldRun {
  readonly run: { readonly id: number };
  readonly actions: readonly {
    readonly id: number;
    readonly title: string | null;
    readonly changes: unknown;
  }[];
  readonly undoings: readonly { readonly id: number; readonly state: string; readonly left: number }[];
}

describe('history and undo in the JSON API', function () {
  this.timeout(120_000);
  let company: CompanyInside;
  let daemon: Daemon;
  let door: FrontDoor;
  let mailboxId: string;
  /** Of Alice; of Mel, who manages the sync; of Bob, who does not. */
  let tokens: Record<'alice' | 'aliceReads' | 'aliceRecords' | 'mel' | 'bob', string>;
  let runId: number;

  beforeEach(async () => {
    company = await startCompany();
    const { stores, crm } = company.installation;
    door = await openFrontDoor(company.sandbox.url);
    await company.setExchange({ url: door.url });
    for (const [name, email] of [
      ['Ada', ada],
      ['Bea', 'bea@example.test'],
    ] as const)
      await company.crm.create({ givenName: name, email1: email, jobTitle: 'Before' });
    await company.sync();
    await company.crm.edit(ada, { jobTitle: 'After' });
    await company.crm.edit('bea@example.test', { jobTitle: 'After' });
    expect((await company.sync()).counts.exchange.updated).to.equal(2);
    const [run] = await stores.history.runs({ of: {}, before: null, limit: 1 });
    runId = run?.id ?? 0;
    const [mailbox] = await stores.mailboxes.list();
    mailboxId = mailbox?.id ?? '';

    const token = (userId: string, ...scopes: string[]) =>
      stores.access.createToken(userId, 'test', scopes, 3_600_000);
    const manager = await crm.users.createProfile({
      name: 'Manager',
      rights: { contacts: true, tasks: true, events: true, manageSync: true, manageUsers: false },
    });
    if (manager.kind === 'refused') throw new Error(manager.message);
    const add = async (name: string, profileId: string): Promise<string> => {
      const made = await crm.users.create({ name, email: `${name}@example.test`, profileId });
      if (made.kind === 'refused') throw new Error(made.message);
      return made.user.id;
    };
    const both = ['sync:read', 'sync:undo'];
    const aliceId = mailbox?.crmUserId ?? '';
    tokens = {
      alice: await token(aliceId, ...both),
      aliceReads: await token(aliceId, 'sync:read'),
      aliceRecords: await token(aliceId, 'crm:read', 'crm:write'),
      mel: await token(await add('mel', manager.profile.id), ...both),
      bob: await token(await add('bob', 'standard'), ...both),
    };
    daemon = await startDaemon(company.installation);
  });
  afterEach(async () => {
    door.release();
    await daemon.stop();
    await door.close();
    await company.close();
  });

  async function ask(
    who: keyof typeof tokens,
    path: string,
    order?: { readonly body: unknown; readonly etag: string | null },
  ): Promise<Answer> {
    const response = await fetch(`${daemon.publicUrl}/api/v1/sync/runs${path}`, {
      method: order ? 'POST' : 'GET',
      headers: {
        authorization: `Bearer ${tokens[who]}`,
        ...(order && { 'content-type': 'application/json' }),
        ...(order?.etag && { 'if-match': order.etag }),
      },
      ...(order && { body: JSON.stringify(order.body) }),
    });
    const body = (await response.json()) as Record<string, unknown>;
    return { status: response.status, etag: response.headers.get('etag'), body };
  }

  const told = async (id = runId): Promise<ToldRun> =>
    (await ask('alice', `/${id}`)).body as unknown as ToldRun;

  /** As a program would: it asks until the undo is over. */
  async function undoingsAfter(count: number): Promise<ToldRun['undoings']> {
    for (;;) {
      const { undoings } = await told();
      if (undoings.length >= count && undoings.every(({ state }) => state !== 'running')) return undoings;
    }
  }

  /** A run follows each undo, and a preview is refused as long as it goes on. */
  async function previewOnceFree(): Promise<Answer> {
    for (;;) {
      const preview = await ask('alice', `/${runId}/undo`);
      if (preview.status === 200) return preview;
    }
  }

  const jobTitles = async () =>
    (await company.crm.all()).map(({ values }) => values['jobTitle'] ?? null).sort();

  it('lists runs, tells one by item, and shows an undo before it is done', async () => {
    const list = await ask('alice', '?module=contacts&limit=1');
    expect(list.status).to.equal(200);
    expect(list.body['runs']).to.have.lengthOf(1);
    expect((list.body['runs'] as object[])[0]).to.deep.include({ id: runId, mailbox: alice, state: 'done' });
    expect(list.body['before']).to.equal(runId);
    expect((await ask('alice', `?before=${runId}`)).body).to.deep.include({ before: null });
    const { actions, undoings } = await told();
    expect(undoings).to.deep.equal([]);
    expect(actions.map(({ title, changes }) => [title, changes])).to.have.deep.members(
      ['Ada', 'Bea'].map((name) => [
        name,
        [{ field: 'jobTitle', label: 'Job title', before: 'Before', after: 'After' }],
      ]),
    );

    const preview = await ask('alice', `/${runId}/undo?action=${actions[0]?.id}`);
    expect(preview.status).to.equal(200);
    const back = [{ field: 'jobTitle', label: 'Job title', before: 'After', after: 'Before' }];
    const { title } = actions[0] ?? {};
    expect(preview.body).to.deep.equal({
      run: runId,
      action: actions[0]?.id,
      writes: [
        { kind: 'update', side: 'crm', title, changes: back },
        { kind: 'update', side: 'exchange', title, changes: back },
      ],
      left: [],
    });
    expect((await ask('alice', `/${runId}/undo`)).body['writes'], 'the whole run').to.have.lengthOf(4);
    expect(await jobTitles(), 'nothing was written').to.deep.equal(['After', 'After']);
  });

  it('takes back one item, then the rest, each for whoever saw what was left', async () => {
    const { actions } = await told();
    const { etag } = await ask('alice', `/${runId}/undo`);
    const one = { body: { action: actions[0]?.id }, etag };
    expect(await ask('alice', `/${runId}/undo`, { ...one, etag: null })).to.include({ status: 428 });
    expect(await ask('alice', `/${runId}/undo`, { ...one, etag: '"other"' })).to.include({ status: 412 });
    expect(await ask('alice', `/${runId}/undo`, one)).to.deep.include({
      status: 202,
      body: { run: runId, action: actions[0]?.id },
    });
    expect(await undoingsAfter(1)).to.have.lengthOf(1);
    expect(await jobTitles()).to.deep.equal(['After', 'Before']);

    const late = await ask('alice', `/${runId}/undo`, { body: {}, etag });
    expect(late).to.include({ status: 412 });
    expect(late.etag)
      .to.match(/^"\d+"$/)
      .and.not.equal(etag);
    const { writes, left } = (await previewOnceFree()).body as Record<string, object[]>;
    const title = actions[1]?.title;
    expect(writes?.map((write) => ({ ...write, changes: 0 }))).to.deep.equal([
      { kind: 'update', side: 'crm', title, changes: 0 },
      { kind: 'update', side: 'exchange', title, changes: 0 },
    ]);
    const taken = { action: actions[0]?.id, title: actions[0]?.title };
    expect(left).to.deep.equal([{ ...taken, reason: 'There was nothing to take back.' }]);
    expect(await ask('alice', `/${runId}/undo`, { body: {}, etag: late.etag })).to.include({ status: 202 });
    const [, second] = await undoingsAfter(2);
    expect(second).to.deep.include({ state: 'done', left: 1 });
    expect(await jobTitles()).to.deep.equal(['Before', 'Before']);
    const audit = new Database(join(company.folder, 'exsync.db'), { readonly: true });
    const rows = audit.prepare("SELECT what FROM audit WHERE what LIKE 'undo.%'").pluck().all();
    audit.close();
    expect(rows).to.deep.equal(['undo.item', 'undo.run']);
  });

  it('is carried out once, however often it was asked for before it began', async () => {
    const { etag } = await ask('alice', `/${runId}/undo`);
    const arrived = door.hold();
    await daemon.syncNow(mailboxId);
    await arrived;
    for (let time = 0; time < 3; time += 1)
      expect(await ask('alice', `/${runId}/undo`, { body: {}, etag })).to.include({ status: 202 });
    const busy = await ask('alice', `/${runId}/undo`);
    expect(busy).to.include({ status: 409 });
    expect(busy.body['detail']).to.match(/A run of this mailbox is going on/);
    door.release();
    await undoingsAfter(1);
    // What was queued behind it is over, too, once the mailbox is free for a preview.
    await previewOnceFree();
    expect(await undoingsAfter(1)).to.have.lengthOf(1);
    expect(await jobTitles()).to.deep.equal(['Before', 'Before']);
  });

  it('is described', async () => {
    const response = await fetch(`${daemon.publicUrl}/api/v1/openapi.json`);
    const { paths } = (await response.json()) as {
      paths: Record<string, Record<string, { 'x-scope': string; responses: object }>>;
    };
    const path = paths['/sync/runs/{run}/undo'];
    expect(path?.['get']).to.include({ 'x-scope': 'sync:undo' });
    expect(path?.['post']?.responses).to.include.keys('202', '404', '409', '412', '428');
    expect(paths).to.include.keys('/sync/runs', '/sync/runs/{run}');
  });

  it('lets nobody see or do more than the pages would', async () => {
    const { actions } = await told();
    const [{ id: action } = { id: 0 }] = actions;
    const { etag } = await ask('alice', `/${runId}/undo`);
    expect(await ask('aliceRecords', ''), 'another scope').to.include({ status: 403 });
    expect(await ask('aliceReads', `/${runId}/undo`)).to.include({ status: 403 });
    expect(await ask('aliceReads', `/${runId}/undo`, { body: {}, etag })).to.include({ status: 403 });
    expect((await ask('bob', '')).body).to.deep.equal({ runs: [], before: null });
    expect((await ask('bob', `?mailbox=${alice}`)).body).to.deep.equal({ runs: [], before: null });
    for (const path of [`/${runId}`, `/${runId}/undo`, '/999', '/x'])
      expect(await ask('bob', path), path).to.include({ status: 404 });
    expect(await ask('bob', `/${runId}/undo`, { body: {}, etag })).to.include({ status: 404 });

    expect(((await ask('mel', `?mailbox=${alice.toUpperCase()}`)).body['runs'] as object[]).length).to.equal(
      2,
    );
    const hidden = (await ask('mel', `/${runId}`)).body as unknown as ToldRun;
    expect(hidden.actions.map(({ title, changes }) => [title, changes])).to.deep.equal([
      [null, null],
      [null, null],
    ]);
    expect(await ask('mel', `/${runId}/undo?action=${action}`)).to.include({ status: 404 });
    expect(await ask('mel', `/${runId}/undo`, { body: { action }, etag })).to.include({ status: 404 });
    const preview = await ask('mel', `/${runId}/undo`);
    expect(JSON.stringify(preview.body)).to.not.match(/Ada|After|Before/);
    expect(preview.body['writes']).to.have.lengthOf(4);
    expect(await ask('mel', `/${runId}/undo`, { body: {}, etag })).to.include({ status: 202 });
    await undoingsAfter(1);
    expect(await jobTitles()).to.deep.equal(['Before', 'Before']);

    await company.installation.stores.mailboxes.setState(mailboxId, 'off', null);
    const off = await ask('alice', `/${runId}/undo`);
    expect(off).to.include({ status: 409 });
    expect(off.body).to.include({
      type: 'urn:exsync:problem:cannot-be-undone',
      detail: 'The sync of this mailbox is switched off.',
    });
  });
});
