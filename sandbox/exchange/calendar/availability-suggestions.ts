/** Meeting times suggested by GetUserAvailability, day by day. */
import { digitOf } from './availability-events.ts';
import type { BusyTime } from './availability-events.ts';
import { QUALITIES } from './availability-request.ts';
import type { SuggestionOptions } from './availability-request.ts';
import { dayOf, DAY_MS, localText, MINUTE_MS } from './local-time.ts';
import { isWorkTime } from './working-hours.ts';
import { toInstant, toLocal } from './zone.ts';
import type { Zone } from './zone.ts';

const STEP_MS = 30 * MINUTE_MS;
const BUSY_NAMES = ['Free', 'Tentative', 'Busy', 'OOF', 'WorkingElsewhere'];

/** One mailbox asked for: its times, or undefined when nobody knows it. */
export type AskedTimes = readonly BusyTime[] | undefined;

interface Suggestion {
  readonly start: number;
  readonly isWorkTime: boolean;
  readonly quality: string;
  readonly conflicts: string;
}

export function suggestionDaysXml(
  asked: readonly AskedTimes[],
  options: SuggestionOptions,
  zone: Zone,
): string {
  const firstDay = dayOf(toLocal(zone, options.window.start));
  const lastDay = dayOf(toLocal(zone, options.window.end - 1));
  let xml = '';
  for (let day = firstDay; day <= lastDay; day++) {
    const chosen = choose(candidates(asked, options, { zone, day }), options);
    const best = chosen.map((one) => QUALITIES.indexOf(one.quality));
    const quality = QUALITIES[Math.min(QUALITIES.length - 1, ...best)];
    const list = chosen.map((one) => suggestionXml(one, zone)).join('');
    xml +=
      `<t:SuggestionDayResult><t:Date>${localText(day * DAY_MS)}</t:Date><t:DayQuality>${quality}</t:DayQuality>` +
      `<t:SuggestionArray>${list}</t:SuggestionArray></t:SuggestionDayResult>`;
  }
  return xml;
}

function candidates(
  asked: readonly AskedTimes[],
  options: SuggestionOptions,
  { zone, day }: { readonly zone: Zone; readonly day: number },
): readonly Suggestion[] {
  const found: Suggestion[] = [];
  for (let offset = 0; offset < DAY_MS; offset += STEP_MS) {
    const start = toInstant(zone, day * DAY_MS + offset);
    const end = start + options.lengthMs;
    if (start < options.window.start || end > options.window.end) continue;
    const digits = asked.map((times) => (times === undefined ? undefined : digitOf(times, { start, end })));
    const taken = digits.filter((digit) => digit === undefined || (digit > 0 && digit < 4)).length;
    const percent = asked.length === 0 ? 0 : (taken * 100) / asked.length;
    const quality =
      percent === 0
        ? 'Excellent'
        : percent <= options.goodThreshold
          ? 'Good'
          : percent < 50
            ? 'Fair'
            : 'Poor';
    found.push({ start, isWorkTime: isWorkTime(zone, start, end), quality, conflicts: conflictsXml(digits) });
  }
  return found;
}

/** The best ones, early ones first among equals, in the order of the day. */
function choose(all: readonly Suggestion[], options: SuggestionOptions): readonly Suggestion[] {
  const rank = (one: Suggestion): number => QUALITIES.indexOf(one.quality);
  const worst = QUALITIES.indexOf(options.minimum);
  const best = all.filter((one) => rank(one) <= worst).sort((a, b) => rank(a) - rank(b) || a.start - b.start);
  const outside = best.filter((one) => !one.isWorkTime).slice(0, options.outsideWorkPerDay);
  const inside = best.filter((one) => one.isWorkTime);
  return best
    .filter((one) => inside.includes(one) || outside.includes(one))
    .slice(0, options.perDay)
    .sort((a, b) => a.start - b.start);
}

function conflictsXml(digits: readonly (number | undefined)[]): string {
  return digits
    .map((digit) =>
      digit === undefined
        ? '<t:UnknownAttendeeConflictData/>'
        : `<t:IndividualAttendeeConflictData><t:BusyType>${BUSY_NAMES[digit]}</t:BusyType></t:IndividualAttendeeConflictData>`,
    )
    .join('');
}

function suggestionXml(one: Suggestion, zone: Zone): string {
  return (
    `<t:Suggestion><t:MeetingTime>${localText(toLocal(zone, one.start))}</t:MeetingTime>` +
    `<t:IsWorkTime>${one.isWorkTime}</t:IsWorkTime><t:SuggestionQuality>${one.quality}</t:SuggestionQuality>` +
    `<t:AttendeeConflictDataArray>${one.conflicts}</t:AttendeeConflictDataArray></t:Suggestion>`
  );
}
