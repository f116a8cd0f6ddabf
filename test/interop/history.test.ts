/** History and undo as people reach them: by command, and through the pages of the daemon. */
import { expect } from 'chai';
import { startDaemon } from '../../src/composition/daemon.ts';
import type { Daemon } from '../../src/composition/daemon.ts';
import { Visitor } from '../tabs/visitor.ts';
import { alice, startCompany } from './company.ts';
import type { CompanyInside } from './company.ts';
import { exsync } from './exsync-program.ts';
import type { Finished } from './exsync-program.ts';

const ada = 'ada@example.test';

describe('history and undo of an installation', function () {
  this.timeout(180_000);
  let company: CompanyInside;
  let daemon: Daemon | null;
  /** The run that carried an edit to Exchange. */
  let runId: number;

  beforeEach(async () => {
    daemon = null;
    company = await startCompany();
    const values = { givenName: 'Ada', surname: 'Lovelace', email1: ada, jobTitle: 'Before' };
    await company.crm.create(values);
    expect((await company.sync()).counts.exchange.created).to.equal(1);
    await company.crm.edit(ada, { jobTitle: 'After' });
    expect((await company.sync()).counts.exchange.updated).to.equal(1);
    const [run] = await company.installation.stores.history.runs({ of: {}, before: null, limit: 1 });
    runId = run?.id ?? 0;
  });
  afterEach(async () => {
    await daemon?.stop();
    await company.close();
  });

  const jobTitle = async () => (await company.crm.byEmail(ada)).values['jobTitle'];

  async function done(...args: string[]): Promise<Finished> {
    const end = await exsync(args, { env: company.env });
    expect(end, end.stderr).to.include({ code: 0, stderr: '' });
    return end;
  }

  async function signedIn(publicUrl: string): Promise<Visitor> {
    const { stores } = company.installation;
    const visitor = new Visitor(publicUrl);
    const [mailbox] = await stores.mailboxes.list();
    const link = await stores.access.createSignInLink(mailbox?.crmUserId ?? '', 60_000);
    await visitor.signIn(`${publicUrl}/sign-in?link=${link}`);
    return visitor;
  }

  /** Until so many runs of contacts have ended. */
  async function ends(events: Response, count: number): Promise<void> {
    const reader = events.body?.getReader();
    let received = '';
    let finished = 0;
    while (finished < count) {
      received += new TextDecoder().decode((await reader?.read())?.value);
      finished = received
        .split('\n\n')
        .filter((event) => /"contacts"/.test(event) && /"finished"/.test(event)).length;
    }
    await reader?.cancel();
  }

  it('are told and done by command', async () => {
    const runs = JSON.parse((await done('history', '--user', alice, '--json')).stdout) as { id: number }[];
    expect(runs.map(({ id }) => id)).to.deep.equal([runId, runId - 1]);
    expect(JSON.parse((await done('history', '--module', 'events', '--json')).stdout)).to.deep.equal([]);
    const one = JSON.parse((await done('history', '--run', String(runId), '--json')).stdout) as {
      mailbox: string;
      actions: { action: number; title: string; changes: unknown[] }[];
    };
    expect(one.mailbox).to.equal(alice);
    const [action] = one.actions;
    expect(action).to.deep.include({
      kind: 'update',
      side: 'exchange',
      title: 'Ada Lovelace',
      state: 'done',
      reason: null,
      changes: [{ field: 'jobTitle', label: 'Job title', before: 'Before', after: 'After' }],
    });

    const preview = await done('undo', '--run', String(runId), '--preview');
    expect(preview.stdout).to.equal(
      'would update in crm: Ada Lovelace\n    Job title: "After" -> "Before"\n' +
        'would update in exchange: Ada Lovelace\n    Job title: "After" -> "Before"\n',
    );
    expect(await jobTitle()).to.equal('After');

    const undone = await done('undo', '--run', String(runId), '--action', String(action?.action));
    expect(undone.stdout).to.match(/^run \d+: 0 created, 2 updated, 0 deleted, 0 failed\.\n$/);
    expect(await jobTitle()).to.equal('Before');
    expect((await done('history')).stdout).to.contain(`undo of run ${runId}, item ${action?.action ?? 0}`);
    const { counts } = await company.sync();
    expect([counts.crm.updated, counts.exchange.updated]).to.deep.equal([0, 0]);

    const again = JSON.parse((await done('undo', '--run', String(runId), '--json')).stdout) as {
      left: { title: string; reason: string }[];
    };
    expect(again.left.map(({ reason }) => reason)).to.deep.equal(['There was nothing to take back.']);
  });

  it('refuse what there is not', async () => {
    const refused = async (...args: string[]): Promise<string> => {
      const end = await exsync(args, { env: company.env });
      expect(end).to.include({ code: 2, stdout: '' });
      return end.stderr;
    };
    expect(await refused('undo', '--run', '999')).to.contain('--run: there is no run 999');
    expect(await refused('undo', '--run', String(runId), '--action', '999')).to.contain(
      `--action: run ${runId} carried out no action 999`,
    );
    expect(await refused('history', '--run', '999')).to.contain('there is no run 999');
    expect(await refused('history', '--module', 'notes')).to.contain('there is no module "notes"');
    expect(await refused('undo')).to.contain('--run');
  });

  it('go through the daemon, whose next run finds nothing left to do', async () => {
    const { stores } = company.installation;
    daemon = await startDaemon(company.installation);
    const visitor = await signedIn(daemon.publicUrl);
    const [mailbox] = await stores.mailboxes.list();
    await visitor.get(`/history/${runId}/undo`);
    expect(visitor.text).to.contain('1 contact that was changed in Exchange gets the values of before');
    const events = await visitor.get('/events');
    const answer = await visitor.post(`/history/${runId}/undo`, { csrf: visitor.csrf });
    expect(answer.status).to.equal(303);

    // The undo, and the run after it.
    await ends(events, 2);
    expect(await jobTitle()).to.equal('Before');
    const run = await stores.history.run(runId);
    const undoings = run === null ? [] : await stores.history.undoings(run);
    expect(undoings.map(({ trigger, state }) => [trigger, state])).to.deep.equal([
      [`undo of run ${runId}`, 'done'],
    ]);
    expect(await stores.reports.latest({ mailboxId: mailbox?.id ?? '', module: 'contacts' })).to.deep.include(
      {
        trigger: 'manual',
        state: 'done',
        counts: {
          crm: { created: 0, updated: 0, deleted: 0, conflicts: 0, failed: 0 },
          exchange: { created: 0, updated: 0, deleted: 0, conflicts: 0, failed: 0 },
        },
      },
    );
    await visitor.get(`/history/${runId}`);
    expect(visitor.text).to.match(/Run \d+ took it back: 2 updated/);
  });

  it('wait for the next start where the daemon is stopped before it came to them', async () => {
    const { stores } = company.installation;
    const [mailbox] = await stores.mailboxes.list();
    const elsewhere = await stores.leases.acquire(`${mailbox?.id ?? ''}:contacts`, 60_000);
    daemon = await startDaemon(company.installation);
    const visitor = await signedIn(daemon.publicUrl);
    await visitor.get(`/history/${runId}/undo`);
    expect((await visitor.post(`/history/${runId}/undo`, { csrf: visitor.csrf })).status).to.equal(303);
    await daemon.stop();
    expect(await jobTitle()).to.equal('After');

    daemon = await startDaemon(company.installation);
    const again = await signedIn(daemon.publicUrl);
    const events = (await again.get('/events')).body?.getReader();
    if (elsewhere) await stores.leases.release(elsewhere);
    await again.get('/');
    await again.post(`/mailboxes/${mailbox?.id ?? ''}/sync`, { csrf: again.csrf });
    while ((await stores.orders.open()).length > 0) await events?.read();
    await events?.cancel();
    expect(await jobTitle()).to.equal('Before');
    const run = await stores.history.run(runId);
    const undoings = run === null ? [] : await stores.history.undoings(run);
    expect(undoings.map(({ state }) => state)).to.deep.equal(['done']);
  });
});
