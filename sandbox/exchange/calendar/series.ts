import type { EmbeddedItem } from '../stored-item.ts';
import { ALL_DAY, END, exceptionsOf, momentOf, recurrenceOf, START, zoneOf } from './calendar-values.ts';
import type { SeriesException } from './calendar-values.ts';
import { DAY_MS, dayOf } from './local-time.ts';
import { recurrenceDays } from './recurrence-pattern.ts';
import type { Recurrence } from './recurrence-pattern.ts';
import { toInstant, toLocal } from './zone.ts';
import type { Zone } from './zone.ts';

/** One occurrence; times in milliseconds UTC. */
export interface Occurrence {
  /** From 1; deleted ones keep theirs. */
  readonly index: number;
  /** The local day the pattern gives it. */
  readonly day: number;
  readonly originalStart: number;
  readonly start: number;
  readonly end: number;
  readonly exception: SeriesException | undefined;
}

/** A recurring item's occurrences. */
export class Series {
  readonly zone: Zone;
  readonly recurrence: Recurrence;
  readonly #days: DayList;
  readonly #startOffset: number;
  readonly #endOffset: number;
  readonly #exceptions: ReadonlyMap<number, SeriesException>;

  constructor(master: Pick<EmbeddedItem, 'values'>, recurrence: Recurrence) {
    this.zone = zoneOf(master);
    this.recurrence = recurrence;
    this.#days = dayList(recurrence);
    const start = toLocal(this.zone, momentOf(master, START));
    const end = toLocal(this.zone, momentOf(master, END));
    const midnight = dayOf(start) * DAY_MS;
    // Where clocks skip midnight a day begins later; the other days do not.
    const isDays = master.values.get(ALL_DAY) === 'true';
    this.#startOffset = isDays ? 0 : start - midnight;
    this.#endOffset = (isDays ? Math.round(end / DAY_MS) * DAY_MS : end) - midnight;
    this.#exceptions = new Map(exceptionsOf(master).map((one) => [one.day, one]));
  }

  /** Every occurrence in the order of the pattern, deleted ones too. */
  *all(): Generator<Occurrence> {
    for (let index = 1; ; index++) {
      const one = this.byIndex(index);
      if (one === undefined) return;
      yield one;
    }
  }

  /** Those that were not deleted. */
  *live(): Generator<Occurrence> {
    for (const one of this.all()) if (one.exception?.deleted !== true) yield one;
  }

  byIndex(index: number): Occurrence | undefined {
    const day = this.#days.at(index - 1);
    return day === undefined ? undefined : this.#occurrence(index, day);
  }

  byDay(day: number): Occurrence | undefined {
    const place = this.#days.indexOf(day);
    return place < 0 ? undefined : this.#occurrence(place + 1, day);
  }

  first(): Occurrence | undefined {
    for (const one of this.live()) return one;
    return undefined;
  }

  /** The last one; undefined when the series has no end. */
  last(): Occurrence | undefined {
    if (this.recurrence.range.kind === 'noEnd') return undefined;
    return [...this.live()].at(-1);
  }

  /** Live occurrences that touch a span, in order of the pattern. */
  *between(from: number, to: number): Generator<Occurrence> {
    const lastException = Math.max(Number.NEGATIVE_INFINITY, ...this.#exceptions.keys());
    for (let index = 1; ; index++) {
      const day = this.#days.at(index - 1);
      // An exception may have been moved far, so each is looked at wherever the pattern has it.
      if (day === undefined || (day > lastException && (day - 2) * DAY_MS >= to)) return;
      const early = (day + 2) * DAY_MS + this.#endOffset < from;
      if (early && !this.#exceptions.has(day)) continue;
      const one = this.#occurrence(index, day);
      if (one.exception?.deleted !== true && touches(one, from, to)) yield one;
    }
  }

  #occurrence(index: number, day: number): Occurrence {
    const originalStart = toInstant(this.zone, day * DAY_MS + this.#startOffset);
    const exception = this.#exceptions.get(day);
    const own = (key: string): number | undefined => {
      const value = exception?.values.get(key);
      return typeof value === 'string' ? Date.parse(value) : undefined;
    };
    return {
      index,
      day,
      originalStart,
      start: own(START) ?? originalStart,
      end: own(END) ?? toInstant(this.zone, day * DAY_MS + this.#endOffset),
      exception,
    };
  }
}

/** The series of a recurring item, or undefined. */
export function seriesOf(item: Pick<EmbeddedItem, 'values'>): Series | undefined {
  const recurrence = recurrenceOf(item);
  return recurrence === undefined ? undefined : new Series(item, recurrence);
}

/** Whether a time lies in a span; one without length does when it begins in it. */
export function touches(
  time: { readonly start: number; readonly end: number },
  from: number,
  to: number,
): boolean {
  return time.start < to && (time.end > from || (time.start === time.end && time.start >= from));
}

/** The days of a recurrence, read as far as somebody asked. */
class DayList {
  readonly #known: number[] = [];
  readonly #source: Generator<number>;

  constructor(recurrence: Recurrence) {
    this.#source = recurrenceDays(recurrence);
  }

  at(place: number): number | undefined {
    if (place < 0) return undefined;
    while (this.#known.length <= place) {
      const next = this.#source.next();
      if (next.done === true) return undefined;
      this.#known.push(next.value);
    }
    return this.#known[place];
  }

  indexOf(day: number): number {
    for (let place = 0; ; place++) {
      const one = this.at(place);
      if (one === undefined || one > day) return -1;
      if (one === day) return place;
    }
  }
}

const DAY_LISTS = new WeakMap<Recurrence, DayList>();

function dayList(recurrence: Recurrence): DayList {
  let list = DAY_LISTS.get(recurrence);
  if (list === undefined) DAY_LISTS.set(recurrence, (list = new DayList(recurrence)));
  return list;
}
