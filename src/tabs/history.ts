/** Gathers what the pages of history and conflicts show to one reader. What he may not see is left out here. */
import type { Mailbox } from '../sync/administration.ts';
import type { ActionTotal, HistoryPart, RecordedAction } from '../sync/reports.ts';
import { modules, type Link, type Module } from '../sync/model.ts';
import type { ActionKind, ActionState, RunRecord } from '../sync/stores.ts';
import type { Side } from '../sync/model.ts';
import { wonValues } from '../sync/actions.ts';
import { hashesOf, namesOf, toldChanges, toldLength, toldLosers } from '../sync/told-actions.ts';
import type { Texts, ToldChange, ToldLoser } from '../sync/told-actions.ts';
import { fieldsIn } from '../sync/fields.ts';
import { sameValue } from '../sync/values.ts';
import { visibleMailbox, visibleMailboxes } from './dashboard.ts';
import { runObstacle } from './obstacles.ts';
import type { TabsDeps } from './ports.ts';
import type { Reader, Viewer } from './session.ts';

export interface HistoryQuery {
  readonly mailboxId: string | null;
  readonly module: Module | null;
  /** Rows with a smaller number only; null: from the newest on. */
  readonly before: number | null;
}

export interface Filters {
  readonly query: HistoryQuery;
  /** To choose from; of one there is nothing to choose. */
  readonly mailboxes: readonly Mailbox[];
}

export interface HistoryList extends Filters {
  readonly reader: Reader;
  readonly nowMs: number;
  readonly runs: readonly { readonly run: RunRecord; readonly address: string }[];
  /** The `before` of the next page; null: this is the last. */
  readonly older: number | null;
}

/** An action as this reader may see it. */
export interface ToldAction {
  readonly id: number;
  readonly kind: ActionKind;
  readonly side: Side | null;
  readonly state: ActionState;
  readonly tellsAttendees: boolean;
  readonly reason: string | null;
  readonly finishedAt: number | null;
  /** Null: not the reader's own item; its name and values stay hidden. */
  readonly content: {
    readonly title: string;
    readonly changes: readonly ToldChange[];
    readonly losers: readonly ToldLoser[];
  } | null;
  readonly fieldCount: number;
}

export interface RunPage {
  readonly reader: Reader;
  readonly nowMs: number;
  readonly run: RunRecord;
  readonly mailbox: Mailbox;
  readonly own: boolean;
  readonly totals: readonly ActionTotal[];
  readonly part: HistoryPart;
  readonly page: number;
  readonly pages: number;
  readonly actions: readonly ToldAction[];
  /** The newest few, oldest first, each with the number of items it left as they are. */
  readonly undoings: readonly { readonly run: RunRecord; readonly left: number }[];
  readonly activity: 'idle' | 'waiting' | 'running';
  /** Why nothing of it can be taken back now; null: it can. */
  readonly obstacle: string | null;
}

export interface ConflictRow {
  readonly action: RecordedAction;
  readonly address: string;
  /** Null: not the reader's own item; those of one run then stand in one row. */
  readonly title: string | null;
  readonly items: number;
  readonly values: number;
  readonly losers: readonly (ToldLoser & { readonly standing: 'won' | 'taken' | 'changedSince' })[];
  readonly obstacle: string | null;
}

export interface ConflictList extends Filters {
  readonly reader: Reader;
  readonly nowMs: number;
  readonly rows: readonly ConflictRow[];
  readonly older: number | null;
}

const runsPerPage = 50;
const actionsPerPage = 50;
const conflictsPerPage = 25;
const shownUndoings = 5;

/** Null: a mailbox was asked for that is not there, or not the reader's business. */
async function scopeFor(
  deps: TabsDeps,
  reader: Reader,
  query: HistoryQuery,
): Promise<
  (Filters & { readonly of: { mailboxId?: string; module?: Module }; readonly none: boolean }) | null
> {
  const mailboxes = [...(await visibleMailboxes(deps, reader))].sort((one, other) =>
    one.address.localeCompare(other.address),
  );
  if (query.mailboxId !== null && !mailboxes.some(({ id }) => id === query.mailboxId)) return null;
  const mailboxId = query.mailboxId ?? (reader.managing ? undefined : mailboxes[0]?.id);
  const of = {
    ...(mailboxId === undefined ? {} : { mailboxId }),
    ...(query.module === null ? {} : { module: query.module }),
  };
  return { query, mailboxes, of, none: !reader.managing && mailboxId === undefined };
}

export async function loadHistory(
  deps: TabsDeps,
  reader: Reader,
  query: HistoryQuery,
): Promise<HistoryList | null> {
  const scope = await scopeFor(deps, reader, query);
  if (scope === null) return null;
  const { of, mailboxes, none } = scope;
  const { before } = query;
  const found = none ? [] : await deps.history.runs({ of, before, limit: runsPerPage + 1 });
  const runs = found.slice(0, runsPerPage);
  const addresses = addressesOf(mailboxes);
  return {
    reader,
    nowMs: deps.clock(),
    query,
    mailboxes,
    runs: runs.map((run) => ({ run, address: addresses(run.mailboxId) })),
    older: found.length > runsPerPage ? (runs.at(-1)?.id ?? null) : null,
  };
}

function addressesOf(mailboxes: readonly Mailbox[]): (mailboxId: string) => string {
  const byId = new Map(mailboxes.map(({ id, address }) => [id, address]));
  return (mailboxId) => byId.get(mailboxId) ?? 'a removed mailbox';
}

/** Null both for a run that is not there and for one that is not the reader's business. */
export async function visibleRun(
  deps: Pick<TabsDeps, 'history' | 'mailboxes'>,
  reader: Viewer,
  id: number,
): Promise<{ readonly run: RunRecord; readonly mailbox: Mailbox } | null> {
  const run = await deps.history.run(id);
  const mailbox = run && (await visibleMailbox(deps, reader, run.mailboxId));
  return run && mailbox && run.kind === 'sync' ? { run, mailbox } : null;
}

export async function loadRun(
  deps: TabsDeps,
  reader: Reader,
  id: number,
  { part, page: wanted }: { readonly part: HistoryPart; readonly page: number },
): Promise<RunPage | null> {
  const visible = await visibleRun(deps, reader, id);
  if (visible === null) return null;
  const { run, mailbox } = visible;
  const { mailboxId, module } = run;
  const [totals, undoings, blocked] = await Promise.all([
    deps.history.totals(run),
    deps.history.undoings(run),
    runObstacle(deps, mailbox, module),
  ]);
  const rows = rowsOf(totals, part);
  const pages = Math.max(1, Math.ceil(rows / actionsPerPage));
  const page = Math.min(Math.max(1, wanted), pages);
  const offset = (page - 1) * actionsPerPage;
  const actions = await deps.history.actions(run, { part, offset, limit: actionsPerPage });
  const own = mailbox.crmUserId === reader.user.id;
  const obstacle =
    run.state === 'running'
      ? 'The run is still going on.'
      : rowsOf(totals, 'done') === 0
        ? 'It carried out nothing.'
        : blocked;
  return {
    reader,
    nowMs: deps.clock(),
    run,
    mailbox,
    own,
    totals,
    part,
    page,
    pages,
    actions: await toldActions(deps, module, actions, own),
    undoings: await Promise.all(
      undoings.slice(-shownUndoings).map(async (undoing) => ({
        run: undoing,
        left: rowsOf(await deps.history.totals(undoing), 'failed'),
      })),
    ),
    activity: deps.engineControl.activity({ mailboxId, module }),
    obstacle,
  };
}

/** How many rows a part of a run has. */
export function rowsOf(totals: readonly ActionTotal[], part: HistoryPart): number {
  return totals
    .filter(({ state }) => part === 'all' || state === part || (part === 'failed' && state === 'dropped'))
    .reduce((sum, { rows }) => sum + rows, 0);
}

/** The action of a run the reader may see, with what it is about; null otherwise. */
export async function visibleAction(
  deps: Pick<TabsDeps, 'history'>,
  run: RunRecord,
  actionId: number,
): Promise<RecordedAction | null> {
  const action = await deps.history.action(actionId);
  return action?.runId === run.id ? action : null;
}

export async function toldActions(
  deps: Pick<TabsDeps, 'history'>,
  module: Module,
  actions: readonly RecordedAction[],
  own: boolean,
): Promise<ToldAction[]> {
  const texts = own ? await textsOf(deps, actions) : new Map<string, string>();
  return actions.map((action) => {
    const { id, body, state, error, finishedAt, title } = action;
    const { kind, side, tellsAttendees } = body;
    const changes = toldChanges(module, body, texts);
    return {
      id,
      kind,
      side,
      state,
      tellsAttendees,
      reason: error,
      finishedAt,
      fieldCount: changes.length,
      content: own ? { title, changes, losers: toldLosers(module, body, texts) } : null,
    };
  });
}

function textsOf(deps: Pick<TabsDeps, 'history'>, actions: readonly RecordedAction[]): Promise<Texts> {
  const values = actions.flatMap(({ body }) => [body.values, body.before, namesOf(body.losers)]);
  return deps.history.texts(hashesOf(...values), toldLength);
}

export async function loadConflicts(
  deps: TabsDeps,
  reader: Reader,
  query: HistoryQuery,
): Promise<ConflictList | null> {
  const scope = await scopeFor(deps, reader, query);
  if (scope === null) return null;
  const { of, mailboxes, none } = scope;
  const { before } = query;
  const found = none ? [] : await deps.history.conflicts({ of, before, limit: conflictsPerPage + 1 });
  const actions = found.slice(0, conflictsPerPage);
  const byId = new Map(mailboxes.map((mailbox) => [mailbox.id, mailbox]));
  const isOwn = ({ mailboxId }: RecordedAction): boolean => byId.get(mailboxId)?.crmUserId === reader.user.id;
  const own = actions.filter(isOwn);
  const [links, texts] = await Promise.all([
    deps.history.links(own.map(({ linkId }) => linkId)),
    textsOf(deps, own),
  ]);
  const addresses = addressesOf(mailboxes);
  const obstacles = new Map<Module, string | null>();
  for (const module of modules) {
    const mailbox = own[0] && byId.get(own[0].mailboxId);
    if (mailbox) obstacles.set(module, await runObstacle(deps, mailbox, module));
  }
  const told = actions.map((action): ConflictRow => {
    const link = links.get(action.linkId) ?? null;
    const losers = toldLosers(action.module, action.body, texts);
    return {
      action,
      address: addresses(action.mailboxId),
      title: isOwn(action) ? action.title : null,
      items: 1,
      values: losers.length,
      losers: losers.map((loser) => ({ ...loser, standing: standingOf(action, loser.field, link) })),
      obstacle: obstacles.get(action.module) ?? null,
    };
  });
  const rows = told.reduce<ConflictRow[]>(withForeignTogether, []);
  const older = found.length > conflictsPerPage ? (actions.at(-1)?.id ?? null) : null;
  return { reader, nowMs: deps.clock(), query, mailboxes, rows, older };
}

function withForeignTogether(rows: ConflictRow[], row: ConflictRow): ConflictRow[] {
  const last = rows.at(-1);
  if (last?.title !== null || row.title !== null || last.action.runId !== row.action.runId) {
    return [...rows, row];
  }
  return [...rows.slice(0, -1), { ...last, items: last.items + row.items, values: last.values + row.values }];
}

/** What the field shows now, as far as the last runs know. */
function standingOf(
  { module, body }: RecordedAction,
  field: string,
  link: Link | null,
): ConflictRow['losers'][number]['standing'] {
  if (body.kind === 'remove') return link?.state === 'deleted' ? 'won' : 'taken';
  const won = wonValues(body);
  const kind = fieldsIn(module, won).find(({ name }) => name === field)?.kind;
  const lost = body.losers.find((loser) => loser.field === field);
  if (kind === undefined || lost === undefined || link?.state !== 'active') return 'changedSince';
  const shows = (side: Side, value: ToldValue): boolean =>
    sameValue(kind, link[side]?.values[field] ?? null, value ?? null);
  const both = (value: ToldValue): boolean => shows('crm', value) && shows('exchange', value);
  if (both(won[field])) return 'won';
  return both(lost.value) ? 'taken' : 'changedSince';
}

type ToldValue = RecordedAction['body']['values'][string] | undefined;

/** The fields that are taken with this one, because they say one thing together. */
export function fieldsWith({ module, body }: RecordedAction, field: string): string[] {
  const specs = fieldsIn(module, wonValues(body));
  const group = specs.find(({ name }) => name === field)?.group;
  return body.losers
    .map((loser) => loser.field)
    .filter((name) => {
      if (name === field) return true;
      return group !== undefined && specs.find((spec) => spec.name === name)?.group === group;
    });
}
