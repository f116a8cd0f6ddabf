/** `exsync sync` where modules are switched off: a whole installation, with the sandbox as the server. */
import { expect } from 'chai';
import { sync } from '../../src/commands/sync.ts';
import type { SyncOptions } from '../../src/commands/sync.ts';
import type { Module } from '../../src/sync/model.ts';
import { startCompany } from './company.ts';
import type { CompanyInside } from './company.ts';
import { saidBy } from './said.ts';

describe('exsync sync', function () {
  this.timeout(60_000);

  let company: CompanyInside;
  beforeEach(async () => {
    company = await startCompany();
  });
  afterEach(() => company.close());

  async function enable(...enabled: Module[]): Promise<void> {
    const { settings: store } = company.installation.stores;
    const { version, settings } = await store.load();
    const { contacts, tasks, events } = settings.modules;
    const modules = {
      contacts: { ...contacts, enabled: enabled.includes('contacts') },
      tasks: { ...tasks, enabled: enabled.includes('tasks') },
      events: { ...events, enabled: enabled.includes('events') },
    };
    await store.save({ ...settings, modules }, version, 'test');
  }

  async function run(options: Partial<SyncOptions> = {}): Promise<{ passed: boolean; said: string }> {
    let passed = false;
    const { signal } = new AbortController();
    const said = await saidBy(async () => {
      passed = await sync(company.installation, { preview: false, json: false, signal, ...options });
    });
    return { passed, said };
  }

  it('passes over modules that are switched off for everybody', async () => {
    await enable('contacts');
    const { passed, said } = await run({ json: true });
    expect(passed).to.equal(true);
    const reports = JSON.parse(said.slice(said.indexOf('['))) as { module: string; state: string }[];
    expect(reports.map(({ module, state }) => `${module} ${state}`)).to.deep.equal(['contacts done']);
  });

  it('refuses one that is named and off, or not there', async () => {
    await enable('contacts');
    const { passed, said } = await run({ module: 'tasks' });
    expect(passed).to.equal(false);
    expect(said).to.contain('The module is switched off.');
    let refused = '';
    await run({ module: 'mails' }).catch((error: Error) => (refused = error.message));
    expect(refused).to.contain('--module: there is no module "mails"; there is contacts, tasks, events.');
  });

  it('says when no module is left', async () => {
    await enable();
    const { passed, said } = await run();
    expect(passed).to.equal(true);
    expect(said).to.contain('Nothing was run: every module is switched off');
    expect(said).not.to.contain('No mailbox');
  });
});
