/** Ports for what administrators and users set up: settings, mailboxes, credentials, sign-in, tokens, audit. */
import type { Module } from './model.ts';
import type { RunRecord, RunScope } from './stores.ts';

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

export interface ModuleSettings {
  readonly enabled: boolean;
  readonly type: 'twoWay' | 'oneWay';
  /** The way a one-way sync goes. */
  readonly direction: 'crmToExchange' | 'exchangeToCrm';
  /** Who wins a conflict of a two-way sync. */
  readonly winner: 'crm' | 'exchange';
  /** Whether a deletion on this side is carried to the other one. */
  readonly deletes: { readonly crm: boolean; readonly exchange: boolean };
  /** At most so many records go from the CRM to Exchange in a mailbox's first sync; null: unlimited. */
  readonly firstSyncCap: number | null;
}

/** `count` or `share` of the mailbox's links, whichever is more, may go through without approval. */
export interface GuardLimit {
  readonly count: number;
  readonly share: number;
}

export interface Settings {
  /** Null until set up. */
  readonly exchange: ExchangeSettings | null;
  readonly modules: Readonly<Record<Module, ModuleSettings>>;
  /** What the CRM sees of events that are marked private: their times (`busy`), nothing (`skip`), or all. */
  readonly privateItems: 'busy' | 'skip' | 'full';
  readonly schedule: { readonly everyMinutes: number } | { readonly cron: string; readonly zone: string };
  readonly guard: {
    readonly removes: GuardLimit;
    readonly overwrites: GuardLimit;
    readonly creates: GuardLimit;
    readonly pauseDays: number;
  };
}

export interface SettingsStore {
  load(): Promise<{ readonly version: number; readonly settings: Settings }>;
  /** Throws when `version` is not the present one (someone else saved meanwhile). */
  save(settings: Settings, version: number, actor: string): Promise<number>;
  /** Made at first start, part of every stamp. */
  installationId(): Promise<string>;
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
}

export interface MailboxStore {
  list(): Promise<Mailbox[]>;
  get(id: string): Promise<Mailbox | null>;
  forUser(crmUserId: string): Promise<Mailbox | null>;
  /** Throws when the address belongs to another user. */
  add(mailbox: Pick<Mailbox, 'crmUserId' | 'address' | 'credentialId'>): Promise<Mailbox>;
  setState(id: string, state: MailboxState, pausedReason: string | null): Promise<void>;
  setServer(id: string, server: MailboxServer): Promise<void>;
}

export interface Credential {
  readonly id: string;
  readonly username: string;
  /** Set after a definite 401: no further try until the password is changed. */
  readonly pausedReason: string | null;
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

export interface FailureRecord extends RunScope {
  readonly inboxId: number;
  readonly side: 'crm' | 'exchange';
  readonly title: string;
  readonly code: string;
  readonly message: string;
  readonly attempts: number;
  readonly nextAttemptAt: number | null;
}

export interface HeldSummary extends RunScope {
  readonly runId: number;
  readonly kind: 'create' | 'update' | 'remove' | 'settle';
  readonly side: 'crm' | 'exchange' | null;
  /** Attendees of meetings are told when it is approved. */
  readonly tellsAttendees: boolean;
  readonly count: number;
}

/** What pages and `exsync` show of runs; read only. */
export interface RunReports {
  latest(scope: RunScope): Promise<RunRecord | null>;
  /** The newest finished runs, newest first. */
  recent(limit: number, mailboxId?: string): Promise<RunRecord[]>;
  /** The same, but only runs that changed something, failed, or hold something back. */
  eventful(limit: number, mailboxId?: string): Promise<RunRecord[]>;
  failures(limit: number, mailboxId?: string): Promise<FailureRecord[]>;
  held(mailboxId?: string): Promise<HeldSummary[]>;
  /** Sums of counts per day (`YYYY-MM-DD`, UTC) since `since`. */
  perDay(
    since: number,
    mailboxId?: string,
  ): Promise<{ readonly day: string; readonly done: number; readonly failed: number }[]>;
}

/** Rows deleted. */
export interface PruneCounts {
  readonly actions: number;
  readonly runs: number;
  readonly links: number;
  readonly blobs: number;
  readonly audit: number;
  /** Sign-in links, sessions and tokens. */
  readonly access: number;
}

/** Forgets what is no longer needed, so that people's data is not kept for ever. */
export interface RetentionStore {
  /**
   * Deletes finished actions and runs, ended links and audit entries older than the given times (milliseconds since the
   * epoch), dropped and previewed actions older than a day, whatever has expired, and content nothing refers to any
   * more. Nothing that waits, is linked or that a later run asks for goes. Works through bounded transactions with room
   * for others in between; when the signal is aborted it returns what it has done so far, and any further call goes on.
   */
  prune(
    limits: { readonly historyBefore: number; readonly auditBefore: number },
    signal?: AbortSignal,
  ): Promise<PruneCounts>;
}
