/** Ports for what administrators and users set up: settings, mailboxes, credentials, sign-in, tokens, audit. */
import type { Mapping } from './mapping.ts';
import type { Link, Module } from './model.ts';
import type { Lease, RunScope } from './stores.ts';

export type AccessMode = 'impersonation' | 'individual';

/** `auto`: the best of what the server offers. */
export type SignInScheme = 'auto' | 'basic' | 'ntlm';

/** The request schemas of EWS that we speak, oldest first (Microsoft: RequestServerVersion). */
export const schemaNames = [
  'Exchange2007_SP1',
  'Exchange2010_SP1',
  'Exchange2010_SP2',
  'Exchange2013_SP1',
] as const;

export type SchemaName = (typeof schemaNames)[number];

export interface ExchangeSettings {
  /** Of EWS, for every mailbox that has no address of its own. */
  readonly url: string;
  /** Chosen once at set-up and never changed afterwards. */
  readonly mode: AccessMode;
  /** PEM of a private CA, or null. */
  readonly ca: string | null;
  /** `auto`: for each mailbox what its server says it is. A name: spoken to every mailbox, whatever its server says. */
  readonly schema: SchemaName | 'auto';
  /**
   * The version that the server of most mailboxes names, such as `15.2.1748.10`: found at set-up, moved along when such
   * a server is upgraded. Absent until known. Release and schema follow from it.
   */
  readonly serverVersion?: string;
  /** `auto` unless given. */
  readonly scheme?: SignInScheme;
  readonly autodiscover?: AutodiscoverSettings;
}

export interface AutodiscoverSettings {
  /** The Autodiscover address that knew the server; null where the address of EWS was typed in. */
  readonly endpoint: string | null;
  /** Hosts outside the mailbox's domain that an administrator lets have the password. */
  readonly trustedHosts: readonly string[];
}

/** Where items lie in Exchange: in the default folder of the mailbox, or in one of our own, such as `CRM Contacts`. */
export const folderTargets = ['default', 'dedicated'] as const;
export type FolderTarget = (typeof folderTargets)[number];

export interface ModuleSettings {
  readonly enabled: boolean;
  /** Changed by `MailboxModuleStore.settleTarget` alone once a mailbox has synced. */
  readonly target: FolderTarget;
  readonly type: 'twoWay' | 'oneWay';
  /** The way a one-way sync goes. */
  readonly direction: 'crmToExchange' | 'exchangeToCrm';
  /** Who wins a conflict of a two-way sync. */
  readonly winner: 'crm' | 'exchange';
  /** Whether a deletion on this side is carried to the other one. */
  readonly deletes: { readonly crm: boolean; readonly exchange: boolean };
  /** At most so many records go from the CRM to Exchange in a mailbox's first sync; null: unlimited. */
  readonly firstSyncCap: number | null;
  /** Which field of Exchange a field of the CRM is, where it is not its namesake. */
  readonly mapping: Mapping;
}

/** `count` or `share` of the mailbox's links, whichever is more, may go through without approval. */
export interface GuardLimit {
  readonly count: number;
  readonly share: number;
}

/** Which events are taken into the sync, in days before and after today; null: all of that side of today. */
export interface EventWindow {
  readonly pastDays: number | null;
  readonly futureDays: number | null;
}

export interface Settings {
  /** Null until set up. */
  readonly exchange: ExchangeSettings | null;
  readonly modules: Readonly<Record<Module, ModuleSettings>>;
  /** What the CRM sees of events that are marked private: their times (`busy`), nothing (`skip`), or all. */
  readonly privateItems: 'busy' | 'skip' | 'full';
  /** What is linked stays in sync wherever it lies. */
  readonly eventWindow: EventWindow;
  readonly schedule: { readonly everyMinutes: number } | { readonly cron: string; readonly zone: string };
  readonly guard: {
    readonly removes: GuardLimit;
    readonly overwrites: GuardLimit;
    readonly creates: GuardLimit;
    readonly pauseDays: number;
  };
}

/** One wrong setting: its name, such as `modules.contacts.winner`, and what is wrong, for people. */
export interface SettingProblem {
  readonly path: string;
  readonly message: string;
}

export interface SettingsStore {
  load(): Promise<{ readonly version: number; readonly settings: Settings }>;
  /** What keeps these from being saved as far as their form tells; empty: nothing. */
  check(settings: unknown): SettingProblem[];
  /**
   * Throws SettingsChangedError when `version` is not the present one (someone else saved meanwhile), and ConfigError for
   * another target of a module whose folder was read in any mailbox. `proven` is stored with them or not at all.
   */
  save(settings: Settings, version: number, actor: string, proven?: ProvenAccess): Promise<number>;
  /** Made at first start, part of every stamp. */
  installationId(): Promise<string>;
}

/** By what set-up has just come into Exchange. Mailboxes that waited for their next look-up are looked up at once. */
export interface ProvenAccess {
  /** The service account; null: each mailbox has its own. */
  readonly account: NewCredential | null;
}

export type MailboxState = 'active' | 'paused' | 'off';

/** Which server a mailbox is on, and how often that was looked up. */
export interface MailboxServer {
  /** Its own address of EWS; null: that of the settings. */
  readonly ewsUrl: string | null;
  /** Look-ups since the mailbox last answered; they space out. */
  readonly lookUps: number;
  /** No look-up before; milliseconds since the epoch. */
  readonly nextLookUpAt: number | null;
}

/** What a mailbox has of its own for a module. */
export interface MailboxModule {
  readonly state: 'on' | 'off';
  /** Why it is off, for people; null: somebody switched it off. */
  readonly reason: string | null;
  /** Its dedicated folder; null: none was found or made yet. */
  readonly folderId: string | null;
  /** Where its items are while the settings say otherwise: a migration is under way, or left it alone. Null: as they say. */
  readonly target: FolderTarget | null;
  /** The folder its linked items are being moved from; null: no move is under way. */
  readonly movingFrom: string | null;
}

export interface Mailbox {
  readonly id: string;
  readonly crmUserId: string;
  /** Primary SMTP address; belongs to one CRM user. */
  readonly address: string;
  /** With individual credentials the mailbox's own; null under impersonation. */
  readonly credentialId: string | null;
  readonly state: MailboxState;
  /** Why it is paused, for people. */
  readonly pausedReason: string | null;
  readonly server: MailboxServer;
  /** A module that is not named here is on, and follows the settings. */
  readonly modules: Readonly<Partial<Record<Module, MailboxModule>>>;
}

export interface MailboxStore {
  list(): Promise<Mailbox[]>;
  get(id: string): Promise<Mailbox | null>;
  forUser(crmUserId: string): Promise<Mailbox | null>;
  /** Of these addresses, in lower case, those of active mailboxes. */
  activeAmong(addresses: readonly string[]): Promise<ReadonlySet<string>>;
  /** Throws when the address belongs to another user. */
  add(mailbox: Pick<Mailbox, 'crmUserId' | 'address' | 'credentialId'>): Promise<Mailbox>;
  setState(id: string, state: MailboxState, pausedReason: string | null): Promise<void>;
  setServer(id: string, server: MailboxServer): Promise<void>;
}

/** Where a mailbox's items of a module go over to. */
export interface FolderMove {
  readonly target: FolderTarget;
  readonly from: string;
  readonly to: string;
}

/** Modules of single mailboxes: on or off, and their folders. What takes a lease checks its fence, as SyncStore does. */
export interface MailboxModuleStore {
  /** Nothing else changes: on again goes on where it was. */
  switch(scope: RunScope, state: MailboxModule['state'], reason: string | null): Promise<void>;
  /** The dedicated folder that was found or made. */
  keepFolder(lease: Lease, scope: RunScope, folderId: string): Promise<void>;
  /**
   * The dedicated folder is gone, so the module is off. Links, inbox, cursors and what waits for approval go in the same
   * transaction, history stays: a run after it is switched on again is a first one.
   */
  forget(lease: Lease, scope: RunScope, reason: string | null): Promise<void>;
  /** From now on runs look into the new folder. */
  beginMove(lease: Lease, scope: RunScope, move: FolderMove): Promise<void>;
  /**
   * What is linked has come over: the new folder is read in full, and nothing that stayed behind is known any more.
   * Links that were kept out of scope know their CRM record alone, but for those of items in other folders and of events
   * outside the window.
   */
  endMove(lease: Lease, scope: RunScope, move: FolderMove): Promise<void>;
  /** The mailbox stays with this target whatever the settings say. */
  keepTarget(scope: RunScope, target: FolderTarget): Promise<void>;
  /** Links of the scope that have an item in Exchange, by id, after this one. */
  linksAfter(scope: RunScope, afterId: string, limit: number): Promise<Link[]>;
  /** The settings take the target; mailboxes that were moved to it follow them again. */
  settleTarget(module: Module, target: FolderTarget, actor: string): Promise<void>;
}

export interface Credential {
  readonly id: string;
  readonly username: string;
  /** Set after a definite 401: no further try until the password is changed. */
  readonly pausedReason: string | null;
}

export interface NewCredential {
  readonly id: string;
  readonly username: string;
  readonly password: string;
}

/** Secrets are encrypted at rest (AES-256-GCM, bound to their row). */
export interface CredentialStore {
  /** The service account's id is 'service'. Saving a password ends the pause. */
  save(id: string, username: string, password: string): Promise<void>;
  get(id: string): Promise<Credential | null>;
  password(id: string): Promise<string>;
  /** Both in one look; without the password while it is paused. */
  signIn(id: string): Promise<(Credential & { readonly password: string | null }) | null>;
  pause(id: string, reason: string): Promise<void>;
}

export interface ApiToken {
  /** Names the token to people; no part of it and not made from it. */
  readonly id: string;
  readonly name: string;
  readonly crmUserId: string;
  readonly scopes: readonly string[];
  /** Null for a token made before this was kept. */
  readonly createdAt: number | null;
  readonly expiresAt: number;
}

/** One-time sign-in links, sessions and API tokens; only hashes are stored. */
export interface AccessStore {
  /** Returns the secret part of a link that works once within `ttlMs`. */
  createSignInLink(crmUserId: string, ttlMs: number): Promise<string>;
  /** The user of an unused, unexpired link, which is used up by this; else null. */
  redeemSignInLink(secret: string): Promise<string | null>;
  createSession(
    crmUserId: string,
    ttlMs: number,
  ): Promise<{ readonly secret: string; readonly csrfToken: string }>;
  session(secret: string): Promise<{ readonly crmUserId: string; readonly csrfToken: string } | null>;
  endSession(secret: string): Promise<void>;
  /** Returns the token, shown once. Scopes: 'crm:read', 'crm:write'. */
  createToken(crmUserId: string, name: string, scopes: readonly string[], ttlMs: number): Promise<string>;
  token(secret: string): Promise<{ readonly crmUserId: string; readonly scopes: readonly string[] } | null>;
  /** Tokens that are still good, of one user or of all, the first to expire first. */
  tokens(crmUserId?: string): Promise<ApiToken[]>;
  /** Ends a token at once; false when there is none with this id. */
  revokeToken(id: string): Promise<boolean>;
}

export interface AuditStore {
  record(
    actor: string,
    what: string,
    details: Readonly<Record<string, string | number | boolean | null>>,
  ): Promise<void>;
}
