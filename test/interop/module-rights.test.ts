/** A profile that does not allow a module: it is left out, said everywhere, and nothing is lost by it. */
import { expect } from 'chai';
import { doctor } from '../../src/commands/doctor.ts';
import { listUsers } from '../../src/commands/users.ts';
import { sync } from '../../src/commands/sync.ts';
import { why } from '../../src/commands/why.ts';
import { startDaemon } from '../../src/composition/daemon.ts';
import { Visitor } from '../tabs/visitor.ts';
import { alice, startCompany } from './company.ts';
import type { CompanyInside } from './company.ts';
import { saidBy } from './said.ts';

const reason = 'The profile of the user does not allow this module in the CRM.';
const { signal } = new AbortController();

describe('a module that the profile does not allow', function () {
  this.timeout(60_000);
  let company: CompanyInside;
  let aliceId: string;
  let profileId: string;

  beforeEach(async () => {
    company = await startCompany();
    const { crm } = company.installation;
    aliceId = (await crm.directory.userByEmail(alice))?.id ?? '';
    await crm.users.create({ name: 'Root', email: 'root@example.test', profileId: 'administrator' });
    const made = await crm.users.createProfile({
      name: 'No contacts',
      rights: { contacts: false, tasks: true, events: true, manageSync: true, manageUsers: false },
    });
    if (made.kind === 'refused') throw new Error(made.message);
    profileId = made.profile.id;
    for (const name of ['Ann', 'Ben']) {
      await company.crm.create({ givenName: name, email1: `${name.toLowerCase()}@people.example` });
    }
    await company.sync();
  });
  afterEach(() => company.close());

  const inExchange = (): number => company.sandbox.store.countItems(alice, 'contacts');
  const give = (profile: string) => company.installation.crm.users.update(aliceId, { profileId: profile });
  /** As somebody else does it: Alice may not any more. */
  const remove = async (email: string): Promise<void> => {
    const { contacts } = company.installation.crm;
    const { records } = await contacts.list({ text: email, order: 'name', limit: 2 });
    const targets = records.map(({ id, revision }) => ({ id, revision }));
    expect(targets).to.have.lengthOf(1);
    await contacts.remove(targets, { actor: 'root', onlyOwnerId: null });
  };

  it('is left out before anything is asked for, removes nothing, and comes back by itself', async () => {
    await give(profileId);
    await remove('ann@people.example');
    const before = company.sandbox.requests.total;
    const refused = await company.sync();
    expect(refused).to.include({ state: 'failed' });
    expect(refused.error).to.contain(reason);
    expect(company.sandbox.requests.total, 'requests to Exchange').to.equal(before);
    const options = { preview: false, json: true, signal };
    let passed = false;
    const said = await saidBy(async () => {
      passed = await sync(company.installation, options);
    });
    const modules = (JSON.parse(said) as { module: string; state: string }[]).map(({ module, state }) => [
      module,
      state,
    ]);
    expect([passed, modules]).to.deep.equal([
      true,
      [
        ['tasks', 'done'],
        ['events', 'done'],
      ],
    ]);
    expect(inExchange()).to.equal(2);

    await give('standard');
    expect((await company.sync()).counts.exchange).to.include({ deleted: 1, created: 0 });
    expect(inExchange()).to.equal(1);
  });

  it('is told by doctor, why and the list of users', async () => {
    await give(profileId);
    const examined = await saidBy(async () => {
      expect(await doctor(company.installation, false), 'a decision is no failure').to.equal(true);
    });
    expect(examined).to.contain(`ok      mailbox ${alice}, contacts: left out: ${reason}\n`);
    expect(examined).to.match(/`exsync user role`/);
    const explained = await saidBy(async () => {
      expect(await why(company.installation, { email: alice, what: 'Ann', json: false, signal })).to.equal(
        false,
      );
    });
    expect(explained)
      .to.contain(reason)
      .and.match(/`exsync user role`/);
    const list = JSON.parse(await saidBy(() => listUsers(company.installation, true))) as {
      email: string;
      modules: Record<string, unknown>;
    }[];
    expect(list.find(({ email }) => email === alice)?.modules).to.deep.equal({
      contacts: { state: 'paused', reason },
      tasks: { state: 'active', reason: null },
      events: { state: 'active', reason: null },
    });
  });

  it('is told on the dashboard, and not queued', async () => {
    await give(profileId);
    const { stores } = company.installation;
    const runs = async (): Promise<number> =>
      (await stores.history.runs({ of: { module: 'contacts' }, before: null, limit: 10 })).length;
    const before = await runs();
    const daemon = await startDaemon(company.installation);
    try {
      const mailbox = await stores.mailboxes.forUser(aliceId);
      const visitor = new Visitor(daemon.publicUrl);
      await visitor.signIn(
        `${daemon.publicUrl}/sign-in?link=${await stores.access.createSignInLink(aliceId, 60_000)}`,
      );
      await daemon.syncNow(mailbox?.id ?? '');
      await visitor.get('/');
      expect(visitor.text).to.contain(reason);
      const [run] = await stores.history.runs({ of: { module: 'contacts' }, before: null, limit: 1 });
      expect((await visitor.get(`/history/${run?.id ?? 0}`)).status).to.equal(200);
      expect(visitor.text).to.contain(reason);
      expect(await runs()).to.equal(before);
    } finally {
      await daemon.stop();
    }
  });
});
