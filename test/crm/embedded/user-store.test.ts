import { expect } from 'chai';
import { createEmbeddedCrm } from '../../../src/crm/embedded/embedded-crm.ts';
import type { EmbeddedCrm } from '../../../src/crm/embedded/embedded-crm.ts';
import { openMemoryDatabase } from './memory-database.ts';

describe('users and profiles', () => {
  let database: Awaited<ReturnType<typeof openMemoryDatabase>>;
  let crm: EmbeddedCrm;
  beforeEach(async () => {
    database = await openMemoryDatabase();
    crm = createEmbeddedCrm(database, { clock: () => 5_000 });
  });
  afterEach(() => database.close());

  const add = async (name: string, email: string, profileId = 'standard') => {
    const result = await crm.users.create({ name, email, profileId });
    if (result.kind !== 'done') throw new Error(result.code);
    return result.user;
  };
  const code = (result: { kind: string; code?: string }) => result.code ?? result.kind;

  it('has the two system profiles from the start', async () => {
    const profiles = await crm.directory.profiles();
    expect(profiles.map(({ name, system, rights }) => ({ name, system, ...rights }))).to.deep.equal([
      {
        name: 'Standard',
        system: true,
        contacts: true,
        tasks: true,
        events: true,
        manageSync: false,
        manageUsers: false,
      },
      {
        name: 'System Administrator',
        system: true,
        contacts: true,
        tasks: true,
        events: true,
        manageSync: true,
        manageUsers: true,
      },
    ]);
  });

  it('never changes a system profile', async () => {
    const rights = { contacts: false, tasks: false, events: false, manageSync: false, manageUsers: false };
    expect(code(await crm.users.updateProfile('standard', { rights }))).to.equal('systemProfile');
    expect((await crm.directory.profile('standard'))?.rights.contacts).to.equal(true);
  });

  it('makes and changes profiles of other names', async () => {
    const rights = { contacts: true, tasks: true, events: true, manageSync: true, manageUsers: false };
    const made = await crm.users.createProfile({ name: 'Sales', rights });
    const id = made.kind === 'done' ? made.profile.id : '';
    expect(code(await crm.users.createProfile({ name: 'sales ', rights }))).to.equal('nameTaken');
    expect(code(await crm.users.updateProfile(id, { rights: { ...rights, contacts: false } }))).to.equal(
      'done',
    );
    expect(await crm.directory.profile(id)).to.deep.equal({
      id,
      name: 'Sales',
      system: false,
      rights: { contacts: false, tasks: true, events: true, manageSync: true, manageUsers: false },
    });
    expect(code(await crm.users.updateProfile('none', {}))).to.equal('unknownProfile');
  });

  it('finds a user by id and by address in any case', async () => {
    const ada = await add('Ada', 'Ada@Example.test');
    expect(await crm.directory.user(ada.id)).to.deep.equal(ada);
    expect(await crm.directory.userByEmail('ADA@example.TEST')).to.deep.equal(ada);
    expect(ada).to.include({ email: 'Ada@Example.test', active: true, createdAt: 5_000 });
    expect(await crm.directory.user('none')).to.equal(null);
    expect((await crm.directory.users()).map(({ name }) => name)).to.deep.equal(['Ada']);
  });

  it('keeps addresses unique without regard to case', async () => {
    await add('Ada', 'ada@example.test');
    const ben = await add('Ben', 'ben@example.test');
    const twin = { name: 'Twin', email: 'ADA@example.test', profileId: 'standard' };
    expect(code(await crm.users.create(twin))).to.equal('emailTaken');
    expect(code(await crm.users.update(ben.id, { email: 'Ada@Example.Test' }))).to.equal('emailTaken');
    expect(code(await crm.users.update(ben.id, { email: 'BEN@example.test' }))).to.equal('done');
  });

  it('refuses users without a name, an address or a profile', async () => {
    const ada = { name: 'Ada', email: 'ada@example.test', profileId: 'standard' };
    expect(code(await crm.users.create({ ...ada, name: ' ' }))).to.equal('invalid');
    expect(code(await crm.users.create({ ...ada, email: 'ada' }))).to.equal('invalid');
    expect(code(await crm.users.create({ ...ada, profileId: 'none' }))).to.equal('unknownProfile');
    expect(code(await crm.users.update('none', { name: 'X' }))).to.equal('unknownUser');
  });

  it('keeps the last active administrator', async () => {
    const ada = await add('Ada', 'ada@example.test', 'administrator');
    expect(code(await crm.users.update(ada.id, { active: false }))).to.equal('lastAdministrator');
    expect(code(await crm.users.update(ada.id, { profileId: 'standard' }))).to.equal('lastAdministrator');
    await add('Ben', 'ben@example.test', 'administrator');
    expect(code(await crm.users.update(ada.id, { active: false }))).to.equal('done');
    expect((await crm.directory.user(ada.id))?.active).to.equal(false);
  });
});
