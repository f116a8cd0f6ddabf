/** What is left of a shaken company when it has come to rest, for the checks of the simulation. */
import type { ModuleSettings, Settings } from '../../../src/sync/administration.ts';
import type { Item, Link, Module } from '../../../src/sync/model.ts';
import { fieldsOfOthers } from '../../../src/sync/meetings.ts';
import { modules, otherSide } from '../../../src/sync/model.ts';
import { isOccurrenceName, occurrencePlace } from '../../../src/sync/occurrences.ts';
import type { StoredAction } from '../../../src/sync/stores.ts';
import { isBlobRef } from '../../../src/sync/values.ts';
import { checkEnd } from '../../simulation/checks.ts';
import type { Keeper, Outcome } from '../../simulation/checks.ts';
import { numberOfAction } from '../../simulation/items.ts';
import type { ShakenCompany } from './company.ts';
import { checkMeetings } from './meetings.ts';
import type { Calendars } from './meetings.ts';
import { itemsOf } from './people.ts';
import type { ModuleBook, People } from './people.ts';

/** What Exchange says of an event by itself. The role belongs to the copy, and the record has none. */
const setByExchange: ReadonlySet<string> = new Set(['uid', 'organizer', 'replies', 'status', 'role']);
/** A run plans an item that changes under it up to four times. */
const plansInRun = 4;

export interface Verdict {
  readonly violations: readonly string[];
  /** How often each named risk was left out. */
  readonly excluded: Readonly<Record<string, number>>;
  readonly actions: number;
  readonly losers: number;
  readonly links: number;
}

export async function judge(
  company: ShakenCompany,
  people: People,
  rules: Settings['modules'],
): Promise<Verdict> {
  const violations: string[] = [];
  const excluded: Record<string, number> = {};
  const sum = { actions: 0, losers: 0, links: 0 };
  for (const module of modules) {
    const outcome = await outcomeOf(company, people.books[module], rules[module], {
      violated: (what) => violations.push(`${module}: ${what}`),
      exclude: (risk) => (excluded[risk] = (excluded[risk] ?? 0) + 1),
    });
    checkEnd(outcome);
    checkRemovals(outcome);
    checkPlans(outcome);
    checkMeetings(outcome, people.books[module].meetings.values(), calendarsOf(company, outcome));
    sum.actions += outcome.actions.length;
    sum.losers += outcome.actions.reduce((count, { body }) => count + body.losers.length, 0);
    sum.links += outcome.links.length;
  }
  return { violations, excluded, ...sum };
}

function calendarsOf({ people }: ShakenCompany, { mailboxes }: Outcome): Calendars {
  const byId = new Map(mailboxes.map(({ mailboxId, mailbox }) => [mailboxId, mailbox.list()]));
  return new Map(people.map(({ name, mailboxId }) => [name, byId.get(mailboxId) ?? []]));
}

function keeperOf(items: readonly Item[]): Keeper {
  return { list: () => items, everywhere: () => items };
}

async function outcomeOf(
  { installation, people }: ShakenCompany,
  { module, kind, ledger }: ModuleBook,
  settings: ModuleSettings,
  tell: Pick<Outcome, 'violated' | 'exclude'>,
): Promise<Outcome> {
  const { sync } = installation.stores;
  const actions: StoredAction[] = [];
  const links: { mailboxId: string; link: Link }[] = [];
  const inbox: Outcome['inbox'][number][] = [];
  const waits = new Set<string>();
  /** A cancellation that the organiser has to send: until then the record is gone and his copy is not. */
  const cancellations = new Set<string>();
  const runs = await runsOf(installation.stores.history, installation.stores.reports);
  for (const { mailboxId } of people) {
    const scope = { mailboxId, module };
    const done: StoredAction[] = [];
    for (const run of runs)
      if (run.mailboxId === mailboxId && run.module === module)
        done.push(...(await sync.doneActions(scope, run.id)));
    actions.push(...done, ...(await sync.leftovers(scope, null)));
    const found = await sync.linksById([...new Set(done.map(({ linkId }) => linkId))]);
    links.push(...[...found.values()].map((link) => ({ mailboxId, link })));
    const held = await sync.held(scope);
    const rows = [...(await sync.inbox(scope, Date.now())), ...(await sync.postponed(scope, Date.now()))];
    inbox.push(...rows.filter(({ id }) => !held.some(({ inboxIds }) => inboxIds.includes(id))));
    for (const { linkId, title, body } of held) {
      if (!body.tellsAttendees) tell.violated(`${body.kind} of ${title} is held, which needs nobody's word`);
      if (body.kind === 'remove') cancellations.add(linkId);
      for (const field of Object.keys(body.values)) waits.add(`${linkId} ${field}`);
    }
  }
  const mailboxes = await Promise.all(
    people.map(async ({ mailboxId, mailbox }) => ({
      mailboxId,
      mailbox: keeperOf(await itemsOf(mailbox, module)),
    })),
  );
  const blobs = await sync.blobs(actions.flatMap(hashesOf));
  return {
    module,
    kind,
    settings,
    ledger,
    inbox,
    actions,
    links: links.filter(({ link }) => !cancellations.has(link.id)),
    crm: keeperOf(await itemsOf(installation.crm.side, module)),
    mailboxes,
    blob: (hash) => blobs.get(hash),
    mayDiffer: (link, field) =>
      waits.has(`${link.id} ${field}`) ||
      (module === 'events' && (isOfExchange(settings, link, field) || isOfOrganizer(link, field))),
    ...tell,
  };
}

/**
 * A record of the CRM learns them with the first reading of the event that the sync made of it, which comes with the first
 * change of either: to read each event of a first sync back would be as many requests again. An event that was made again
 * is read (its UID is another one), and from there on the two are the same. Where the CRM leads one way, it learns nothing.
 */
function isOfExchange({ type, direction }: ModuleSettings, { exchange }: Link, field: string): boolean {
  if (!setByExchange.has(field)) return false;
  const isRead = exchange !== null && field in exchange.values;
  return field === 'role' || !isRead || (type === 'oneWay' && direction === 'crmToExchange');
}

/** What somebody edits of another one's meeting in the CRM stays there alone until the organiser changes it. */
function isOfOrganizer({ exchange }: Link, field: string): boolean {
  const name = isOccurrenceName(field) ? (occurrencePlace(field).field ?? 'recurrence') : field;
  return fieldsOfOthers(exchange?.values ?? {}).has(name);
}

type Stores = ShakenCompany['installation']['stores'];

async function runsOf(
  history: Stores['history'],
  reports: Stores['reports'],
): Promise<{ readonly id: number; readonly mailboxId: string; readonly module: Module }[]> {
  const last = Math.max(0, ...(await reports.recent(100)).map(({ id }) => id));
  const runs = [];
  for (let id = 1; id <= last; id += 1) {
    const run = await history.run(id);
    if (run) runs.push(run);
  }
  return runs;
}

function hashesOf({ body }: StoredAction): string[] {
  const values = [body.values, body.before, body.settles.crm, body.settles.exchange].flatMap((some) =>
    Object.values(some),
  );
  return [...values, ...body.losers.map(({ value }) => value)].flatMap((value) =>
    isBlobRef(value) ? [value.hash] : [],
  );
}

/** The engine deletes what somebody deleted on the other side, and where the rules carry that. */
function checkRemovals(outcome: Outcome): void {
  for (const action of outcome.actions) {
    const { kind, side } = action.body;
    if (kind !== 'remove' || side === null || action.state !== 'done') continue;
    const link = outcome.links.find(({ link: one }) => one.id === action.linkId)?.link;
    const number = numberOfAction(outcome.kind, action, link);
    const other = otherSide(side);
    if (!outcome.ledger.story(number)?.userDeletions.has(other))
      outcome.violated(`the engine deleted item ${number} on ${side}, which nobody deleted on ${other}`);
    if (outcome.settings.type === 'oneWay' && outcome.settings.direction.startsWith(side))
      outcome.violated(`the engine deleted item ${number} on the leading side ${side}`);
    if (!outcome.settings.deletes[other])
      outcome.violated(
        `the engine deleted item ${number} on ${side}; the rules carry no deletion from ${other}`,
      );
  }
}

/** Retries have an end, also within a run. */
function checkPlans(outcome: Outcome): void {
  const counts = new Map<string, number>();
  for (const { runId, linkId, step } of outcome.actions) {
    const key = `${linkId} ${step} in run ${runId}`;
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  for (const [key, count] of counts)
    if (count > plansInRun) outcome.violated(`${count} actions of link ${key}`);
}
