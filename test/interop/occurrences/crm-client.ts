/** The calendar of the embedded CRM, as its API keeps it, and what a program makes of it that knows RFC 5545 alone. */
import { occurrencesBetween } from '../../../src/crm/embedded/event-occurrences.ts';
import type { Installation } from '../../../src/composition/installation.ts';
import type { Value, Values } from '../../../src/sync/model.ts';
import { lastMoment, occurrencesOf } from './expected-occurrences.ts';
import type { Taking } from './expected-occurrences.ts';
import type { Row } from './series-table.ts';

export interface CrmClient {
  create(events: readonly { readonly subject: string; readonly row: Row }[]): Promise<void>;
  /** Changes fields of the events with these subjects. */
  edit(subjects: readonly string[], change: (values: Values) => Values): Promise<void>;
  records(): Promise<ReadonlyMap<string, Values>>;
}

export async function crmClient({ crm }: Installation, email: string): Promise<CrmClient> {
  const user = await crm.directory.userByEmail(email);
  if (user === null) throw new Error(`the CRM does not know ${email}`);
  const access = { actor: user.id, onlyOwnerId: null };

  async function all() {
    const ids: string[] = [];
    for await (const page of crm.sideFor(user?.id ?? '').changes('events', null))
      ids.push(...page.changes.flatMap((change) => (change.kind === 'changed' ? [change.id] : [])));
    return (await crm.events.read(ids, access)).filter((record) => record !== null);
  }

  return {
    async create(events) {
      const drafts = events.map(({ subject, row }) => ({ ownerId: user.id, values: valuesOf(subject, row) }));
      const results = await crm.events.create(drafts, access);
      results.forEach((result, index) => {
        if (result.kind !== 'done') throw new Error(`${events[index]?.subject}: ${JSON.stringify(result)}`);
      });
    },
    async edit(subjects, change) {
      const wanted = new Set(subjects);
      const changes = (await all())
        .filter(({ values }) => wanted.has(text(values, 'subject')))
        .map(({ id, revision, values }) => ({ id, revision, values: change(values) }));
      for (const result of await crm.events.update(changes, access)) {
        if (result.kind !== 'done') throw new Error(JSON.stringify(result));
      }
    },
    records: async () => new Map((await all()).map(({ values }) => [text(values, 'subject'), values])),
  };
}

function valuesOf(subject: string, { zone, start, end, rule, exceptions = [] }: Row): Values {
  const own = exceptions.map(({ original, to }): Values => {
    if (to === undefined) return { [`@${original}`]: 'deleted' };
    return { [`@${original}`]: 'changed', [`@${original}/start`]: to[0], [`@${original}/end`]: to[1] };
  });
  return Object.assign({ subject, start, end, timeZone: zone, recurrence: rule ?? null }, ...own) as Values;
}

/** As rrule expands the record. */
export function expandRecord(values: Values): Taking[] {
  const start = text(values, 'start');
  const end = text(values, 'end');
  const exceptions = Object.entries(values).flatMap(([name, state]) => {
    if (!/^@[^/]+$/.test(name)) return [];
    const original = name.slice(1);
    if (state === 'deleted') return [{ original }];
    const from = text(values, `${name}/start`) || original;
    return [{ original, to: [from, text(values, `${name}/end`) || movedEnd(from, { start, end })] as const }];
  });
  return occurrencesOf({
    zone: text(values, 'timeZone'),
    start,
    end,
    rule: text(values, 'recurrence') || null,
    exceptions,
  });
}

function movedEnd(from: string, { start, end }: { readonly start: string; readonly end: string }): string {
  const ms = (local: string): number => Date.parse(local.length === 10 ? local : `${local}Z`);
  return new Date(ms(from) + ms(end) - ms(start)).toISOString().slice(0, from.length);
}

/** As the pages and the API of the CRM show the record. */
export function shownOccurrences(values: Values): Taking[] {
  const window = { fromUtcMs: Date.parse('2011-01-01'), toUtcMs: Date.parse(lastMoment) };
  const second = (ms: number): string => new Date(ms).toISOString().replace('.000Z', 'Z');
  return occurrencesBetween(values, window, 1000)
    .map(({ startsAtMs, endsAtMs }) => `${second(startsAtMs)}/${second(endsAtMs)}`)
    .sort();
}

function text(values: Readonly<Record<string, Value | undefined>>, field: string): string {
  const value = values[field];
  return typeof value === 'string' ? value : '';
}
