/** A mailbox's calendar in the hands of a client of Exchange: requests as literal XML, and what the server shows. */
import type { ReleaseName } from '../../../sandbox/exchange/releases/release.ts';
import type { Sandbox } from '../../../sandbox/exchange/server.ts';
import {
  createEvent,
  get,
  itemId,
  occurrenceId,
  remove,
  setEvent,
  update,
} from '../../sandbox/calendar-requests.ts';
import type { Ref } from '../../sandbox/calendar-requests.ts';
import { codes, itemIds } from '../../sandbox/ews-client.ts';
import { send } from '../../sandbox/released-server.ts';
import { findIn } from '../../sandbox/item-requests.ts';
import { lastMoment, momentText } from './expected-occurrences.ts';
import type { Taking } from './expected-occurrences.ts';
import { windowsNames } from './series-table.ts';
import type { Row } from './series-table.ts';

export interface ExchangeClient {
  /** Makes events, and the exceptions of each as people make them: one after the other. */
  create(events: readonly { readonly subject: string; readonly row: Row }[]): Promise<void>;
  setLocation(subjects: readonly string[], location: string): Promise<void>;
  /** Every occurrence in the calendar, by subject, as the server expands the series. */
  occurrences(): Promise<ReadonlyMap<string, readonly Taking[]>>;
}

/** Subjects must need no escaping. */
export function exchangeClient(sandbox: Sandbox, release: ReleaseName): ExchangeClient {
  async function ask(body: string): Promise<string> {
    const { status, body: answer } = await send(sandbox, release, body, 'alice');
    const refused = codes(answer).filter((code) => code !== 'NoError');
    if (status !== 200 || refused.length > 0) throw new Error(`${body}\n${status} ${answer}`);
    return answer;
  }

  async function idsBySubject(): Promise<Map<string, Ref>> {
    const answer = await ask(findIn('calendar', ['item:Subject']));
    const items = answer.match(/<t:CalendarItem>.*?<\/t:CalendarItem>/gs) ?? [];
    return new Map(
      items.flatMap((item) => itemIds(item).map((ref): [string, Ref] => [textIn(item, 'Subject'), ref])),
    );
  }

  return {
    async create(events) {
      for (const { subject, row } of events) {
        const [master] = itemIds(await ask(createEvent(eventXml(subject, row, release))));
        if (!master) throw new Error(`${subject} was not created`);
        for (const { index, to } of row.exceptions ?? []) {
          // Each change gives the series another change key.
          const [now] = itemIds(await ask(get(itemId(master), '<t:BaseShape>IdOnly</t:BaseShape>')));
          const occurrence = occurrenceId(now ?? master, index);
          await ask(
            to === undefined
              ? remove(occurrence)
              : update(
                  occurrence,
                  setEvent(`<t:Start>${momentText(to[0], row.zone)}</t:Start>`) +
                    setEvent(`<t:End>${momentText(to[1], row.zone)}</t:End>`),
                ),
          );
        }
      }
    },
    async setLocation(subjects, location) {
      const known = await idsBySubject();
      for (const subject of subjects) {
        const ref = known.get(subject);
        if (ref) await ask(update(itemId(ref), setEvent(`<t:Location>${location}</t:Location>`)));
      }
    },
    async occurrences() {
      const found = new Map<string, Taking[]>();
      for (let year = 2011; year < Number(lastMoment.slice(0, 4)); year++) {
        const view = `<m:CalendarView StartDate="${year}-01-01T00:00:00Z" EndDate="${year + 1}-01-01T00:00:00Z"/>`;
        const answer = await ask(
          findIn('calendar', ['item:Subject', 'calendar:Start', 'calendar:End'], view),
        );
        if (!answer.includes('IncludesLastItemInRange="true"')) throw new Error(`too much in ${year}`);
        for (const item of answer.match(/<t:CalendarItem>.*?<\/t:CalendarItem>/gs) ?? []) {
          const taking = `${textIn(item, 'Start')}/${textIn(item, 'End')}`;
          // What reaches over New Year is in the views of both years.
          if (!taking.startsWith(String(year))) continue;
          const subject = textIn(item, 'Subject');
          found.set(subject, [...(found.get(subject) ?? []), taking].sort());
        }
      }
      return found;
    },
  };
}

function textIn(xml: string, name: string): string {
  return new RegExp(`<t:${name}>([^<]*)</t:${name}>`).exec(xml)?.[1] ?? '';
}

/** The children of a CalendarItem, in the order of the schema. */
function eventXml(subject: string, row: Row, release: ReleaseName): string {
  const { zone, start, end } = row;
  const name = windowsNames[zone];
  const { meeting, definition } = row.spelled ?? {
    meeting: `<t:MeetingTimeZone TimeZoneName="${name}"/>`,
    definition: `<t:StartTimeZone Id="${name}"/><t:EndTimeZone Id="${name}"/>`,
  };
  const zones = release === 'Exchange2007_SP1' ? meeting : definition;
  return (
    `<t:Subject>${subject}</t:Subject><t:Start>${momentText(start, zone)}</t:Start>` +
    `<t:End>${momentText(end, zone)}</t:End><t:IsAllDayEvent>${start.length === 10}</t:IsAllDayEvent>` +
    recurrenceXml(row) +
    zones
  );
}

function recurrenceXml({ start, rule = '', pattern }: Row): string {
  if (pattern === undefined) return '';
  const first = `<t:StartDate>${start.slice(0, 10)}</t:StartDate>`;
  const count = /COUNT=(\d+)/.exec(rule)?.[1];
  const until = /UNTIL=(\d{4})(\d\d)(\d\d)/.exec(rule);
  const range =
    count !== undefined
      ? `<t:NumberedRecurrence>${first}<t:NumberOfOccurrences>${count}</t:NumberOfOccurrences></t:NumberedRecurrence>`
      : until !== null
        ? `<t:EndDateRecurrence>${first}<t:EndDate>${until.slice(1).join('-')}</t:EndDate></t:EndDateRecurrence>`
        : `<t:NoEndRecurrence>${first}</t:NoEndRecurrence>`;
  return `<t:Recurrence>${pattern}${range}</t:Recurrence>`;
}
