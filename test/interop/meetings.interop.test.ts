/** Meetings between mailboxes that are synced, as their people hold them with exchangelib, and the CRM. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { syncOne } from '../../src/commands/sync.ts';
import type { SyncReport } from '../../src/commands/sync.ts';
import type { Values } from '../../src/sync/model.ts';
import { alice, startCompany } from './company.ts';
import type { CompanyInside } from './company.ts';
import { requireExchangelib } from './exchangelib.ts';

const script = fileURLToPath(new URL('exchangelib_meetings.py', import.meta.url));
const run = promisify(execFile);
const bob = 'bob@example.test';
const guest = 'guest@elsewhere.example';

interface Shown {
  readonly events: readonly {
    readonly subject: string;
    readonly location: string | null;
    readonly start: string;
    readonly cancelled: boolean;
    readonly mine: string | null;
    readonly attendees: Readonly<Record<string, string | null>>;
  }[];
  readonly inbox: number;
  readonly sent: number;
}

type Command = 'invite' | 'accept' | 'move' | 'cancel' | 'show';

for (const release of ['Exchange2010_SP2', 'Exchange2019'] as const) {
  describe(`meetings between mailboxes and the CRM, ${release}`, function () {
    this.timeout(120_000);
    let company: CompanyInside;
    before(function () {
      requireExchangelib(this);
    });
    beforeEach(async () => {
      company = await startCompany({ release });
      const { crm, stores } = company.installation;
      const made = await crm.users.create({ name: 'Bob', email: bob, profileId: 'standard' });
      if (made.kind === 'refused') throw new Error(made.message);
      await stores.mailboxes.add({ crmUserId: made.user.id, address: bob, credentialId: null });
    });
    afterEach(() => company.close());

    async function exchangelib(user: string, command: Command, value = ''): Promise<Shown> {
      const password = user.slice(0, user.indexOf('@'));
      const args = ['-W', 'ignore', script, company.sandbox.url, user, password, command, value];
      const { stdout } = await run('/usr/bin/python3', args);
      return JSON.parse(stdout) as Shown;
    }

    async function sync(user: string): Promise<SyncReport> {
      const { installation } = company;
      const mailbox = (await installation.stores.mailboxes.list()).find(({ address }) => address === user);
      if (!mailbox) throw new Error(`${user} has no mailbox`);
      const signal = new AbortController().signal;
      const report = await syncOne(installation, mailbox, 'events', { preview: false, signal });
      expect(report.error).to.equal(null);
      expect(report.counts.crm.failed + report.counts.exchange.failed).to.equal(0);
      return report;
    }

    async function records() {
      const { crm } = company.installation;
      const ids: string[] = [];
      for await (const page of crm.side.changes('events', null))
        ids.push(...page.changes.flatMap((change) => (change.kind === 'changed' ? [change.id] : [])));
      return (await crm.side.read('events', ids)).flatMap((result) =>
        result.kind === 'item' ? [result.item] : [],
      );
    }

    async function theRecord() {
      const [record, ...others] = await records();
      expect(others).to.deep.equal([]);
      if (!record) throw new Error('the CRM has no event');
      return record;
    }

    async function edit(values: Values): Promise<void> {
      const { id, version } = await theRecord();
      const change = { id, revision: Number(version), values };
      const [result] = await company.installation.crm.events.update([change], {
        actor: 'test',
        onlyOwnerId: null,
      });
      expect(result?.kind).to.equal('done');
    }

    async function approve(user: string): Promise<void> {
      const { stores, runs } = company.installation;
      const mailbox = (await stores.mailboxes.list()).find(({ address }) => address === user);
      const scope = { mailboxId: mailbox?.id ?? '', module: 'events' } as const;
      const actionIds = (await stores.sync.held(scope)).map(({ id }) => id);
      const decisions = [{ actionIds, verdict: 'approved' }] as const;
      const signal = new AbortController().signal;
      const outcome = await runs.run(scope, { trigger: 'approval', decisions, signal });
      expect([outcome.state, outcome.held]).to.deep.equal(['done', 0]);
    }

    async function carryDeletions(): Promise<void> {
      const { stores } = company.installation;
      const { version, settings } = await stores.settings.load();
      const events = { ...settings.modules.events, deletes: { crm: true, exchange: true } };
      await stores.settings.save({ ...settings, modules: { ...settings.modules, events } }, version, 'test');
    }

    it('are one event of the CRM, whoever is synced first', async () => {
      await exchangelib(alice, 'invite', `${bob},${guest}`);
      expect((await exchangelib(bob, 'show')).events).to.have.length(1);
      expect((await sync(bob)).counts.crm.created, 'his copy is left to the organiser').to.equal(0);
      expect((await sync(alice)).counts.crm.created).to.equal(1);
      await sync(bob);
      expect((await theRecord()).values).to.include({ subject: 'Board', start: '2024-06-03T09:00:00' });
      expect((await theRecord()).values['attendees']).to.deep.equal([`required;${bob}`, `required;${guest}`]);

      await exchangelib(bob, 'accept');
      await sync(bob);
      await sync(alice);
      expect((await theRecord()).values['replies']).to.deep.equal([`accepted;${bob}`]);
    });

    it('wait for "Send update" where the CRM moves them, and then everybody hears of it', async () => {
      await exchangelib(alice, 'invite', `${bob},${guest}`);
      await sync(alice);
      const before = await exchangelib(alice, 'show');
      await edit({ start: '2024-06-03T14:00:00', end: '2024-06-03T15:00:00' });
      expect((await sync(alice)).held).to.equal(1);
      expect(await exchangelib(alice, 'show')).to.deep.equal(before);

      await approve(alice);
      const after = await exchangelib(alice, 'show');
      expect(after.events.map(({ start }) => start)).to.deep.equal(['2024-06-03 12:00:00+00:00']);
      expect(after.sent).to.be.greaterThan(before.sent);
      expect((await exchangelib(bob, 'show')).events.map(({ start }) => start)).to.deep.equal([
        '2024-06-03 12:00:00+00:00',
      ]);
      expect((await sync(alice)).counts.exchange.updated).to.equal(0);
    });

    it('follow the organiser in Outlook, to the end', async () => {
      await carryDeletions();
      await exchangelib(alice, 'invite', `${bob},${guest}`);
      await sync(alice);
      await sync(bob);
      await exchangelib(alice, 'move', '16');
      await sync(bob);
      await sync(alice);
      expect((await theRecord()).values).to.include({ start: '2024-06-03T16:00:00', status: 'confirmed' });

      await exchangelib(alice, 'cancel');
      await sync(bob);
      await sync(alice);
      expect(await records()).to.deep.equal([]);
      expect((await exchangelib(bob, 'show')).events.map(({ cancelled }) => cancelled)).to.deep.equal([true]);
      expect((await sync(bob)).counts.crm.created, 'a copy of what was called off').to.equal(0);
    });
  });
}
