/** Alice's mailbox with the folders of a module, for tests of dedicated folders. */
import { switchModule } from '../../src/commands/modules.ts';
import { syncOne } from '../../src/commands/sync.ts';
import type { SyncReport } from '../../src/commands/sync.ts';
import type { FolderTarget, Mailbox, MailboxModule, ModuleSettings } from '../../src/sync/administration.ts';
import type { Module } from '../../src/sync/model.ts';
import { alice, startCompany } from './company.ts';
import type { CompanyInside, CompanyOptions } from './company.ts';
import { saidBy } from './said.ts';

export const ann = { givenName: 'Ann', surname: 'Able', email1: 'ann@people.example' };
export const dan = { givenName: 'Dan', surname: 'Dent', email1: 'dan@people.example' };
export const names = { contacts: 'CRM Contacts', tasks: 'CRM Tasks', events: 'CRM Calendar' } as const;

export class AliceAndFolders {
  readonly signal = new AbortController().signal;
  #company: CompanyInside | null = null;
  /** What the last command said. */
  spoken = '';

  get company(): CompanyInside {
    if (this.#company === null) throw new Error('no company was started');
    return this.#company;
  }

  async start(options: CompanyOptions = {}): Promise<void> {
    this.#company = await startCompany(options);
  }

  async close(): Promise<void> {
    await this.#company?.close();
    this.#company = null;
  }

  async mailbox(): Promise<Mailbox> {
    const [only] = await this.company.installation.stores.mailboxes.list();
    if (!only) throw new Error('no mailbox');
    return only;
  }

  async own(module: Module = 'contacts'): Promise<MailboxModule | undefined> {
    return (await this.mailbox()).modules[module];
  }

  async sync(module: Module = 'contacts', preview = false): Promise<SyncReport> {
    const { signal } = this;
    return syncOne(this.company.installation, await this.mailbox(), module, { preview, signal });
  }

  async planned(module: Module = 'contacts'): Promise<unknown> {
    return (await this.sync(module, true)).actions;
  }

  async target(module: Module = 'contacts'): Promise<FolderTarget> {
    return (await this.company.installation.stores.settings.load()).settings.modules[module].target;
  }

  /** As the settings page does. */
  async changeRules(changed: Partial<Record<Module, Partial<ModuleSettings>>>): Promise<void> {
    const { settings: store } = this.company.installation.stores;
    const { version, settings } = await store.load();
    const modules = { ...settings.modules };
    for (const [module, rules] of Object.entries(changed) as [Module, Partial<ModuleSettings>][])
      modules[module] = { ...modules[module], ...rules };
    await store.save({ ...settings, modules }, version, 'test');
  }

  /** The lease of a run is taken when it is first asked for, and this happens before it is free. */
  whileTheLeaseIsTaken(work: () => Promise<unknown>): void {
    const { leases } = this.company.installation.stores;
    const acquire = leases.acquire.bind(leases);
    const busyOnce: typeof leases = {
      ...leases,
      async acquire() {
        Object.assign(leases, { acquire });
        await work();
        return null;
      },
    };
    Object.assign(leases, busyOnce);
  }

  addContact(given: string, folder?: string): string {
    const values = {
      'contacts:GivenName': given,
      'contacts:EmailAddress/EmailAddress1': `${given}@own.example`,
    };
    return this.company.sandbox.store.addContact(alice, values, folder === undefined ? {} : { folder }).id;
  }

  async createInCrm(count: number): Promise<void> {
    for (let number = 0; number < count; number += 1)
      await this.company.crm.create({ givenName: `G${number}`, email1: `g${number}@people.example` });
  }

  inFolder(folder: string): string[] {
    const found = this.company.sandbox.store.contacts(alice, folder);
    return found.map(({ values }) => String(values['contacts:GivenName']));
  }

  async inCrm(): Promise<string[]> {
    return (await this.company.crm.all()).map(({ values }) => String(values['givenName']));
  }

  hasFolder(name: string): boolean {
    const { folders } = this.company.sandbox.store.mailbox(alice);
    return [...folders.values()].some(({ displayName }) => displayName === name);
  }

  deleteFolder(name: string): void {
    const { store } = this.company.sandbox;
    store.mailbox(alice).moveFolder(store.folder(alice, name), store.folder(alice, 'deleteditems'));
  }

  /** As the command does; what it says is left aside. */
  async turn(on: boolean, yes = false): Promise<boolean> {
    const { signal } = this;
    let done = false;
    this.spoken = await saidBy(async () => {
      done = await switchModule(this.company.installation, alice, { module: 'contacts', on, yes, signal });
    });
    return done;
  }
}
