/** Dates as address books write them. Which of the numbers is the day is a matter of the whole file. */

export type DateOrder = 'dmy' | 'mdy' | 'ymd';

export const dateOrders: readonly DateOrder[] = ['dmy', 'mdy', 'ymd'];

export type ParsedDate =
  /** YYYY-MM-DD. */
  | { readonly kind: 'date'; readonly date: string }
  /** What stands for no date, such as Outlook's 0/0/00. */
  | { readonly kind: 'none' }
  | { readonly kind: 'invalid' };

/** Outlook keeps a date that is not set as the first of January of this year. */
const yearOfNoDate = 4501;

const monthNames = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];

/** Three numbers with one separator, or YYYYMMDD. A time behind them is left out. */
function numbersOf(text: string): readonly [string, string, string] | null {
  const match =
    /^(\d{1,4})\s*([./-])\s*(\d{1,2})\s*\2\s*(\d{1,4})\.?(?:[T ,].*)?$/.exec(text) ??
    /^(\d{4})()(\d{2})(\d{2})(?:T.*)?$/.exec(text);
  return match ? [match[1] ?? '', match[3] ?? '', match[4] ?? ''] : null;
}

/** What the dates of a file say about their order. */
export class DateEvidence {
  readonly #counts: Record<DateOrder, number> = { dmy: 0, mdy: 0, ymd: 0 };

  see(text: string): void {
    const numbers = numbersOf(text.trim());
    // A year of four digits at the beginning needs no order.
    if (!numbers || numbers[0].length > 2) return;
    const [first, second, third] = numbers.map(Number) as [number, number, number];
    if (numbers[2].length <= 2 && first > 31) this.#counts.ymd += 1;
    else if (first > 12 && second <= 12 && first <= 31) this.#counts.dmy += 1;
    else if (second > 12 && second <= 31 && first <= 12 && third >= 0) this.#counts.mdy += 1;
  }

  /** The order most dates allow alone; null where each of them could be read in two ways. */
  order(): DateOrder | null {
    const [best, next] = dateOrders.toSorted((one, other) => this.#counts[other] - this.#counts[one]);
    if (!best || !next || this.#counts[best] === 0) return null;
    return this.#counts[best] > this.#counts[next] ? best : null;
  }
}

/** `thisYear` decides the century of two digits: a birthday is not in the future. */
export function parseDate(text: string, order: DateOrder, thisYear: number): ParsedDate {
  const trimmed = text.trim();
  const numbers = numbersOf(trimmed);
  if (!numbers) return parseNamedMonth(trimmed, thisYear);
  const yearFirst = numbers[0].length > 2 || order === 'ymd';
  const [a, b, c] = numbers;
  const [year, month, day] = yearFirst ? [a, b, c] : order === 'dmy' ? [c, b, a] : [c, a, b];
  if (Number(month) === 0 && Number(day) === 0) return { kind: 'none' };
  return checked(year, Number(month), Number(day), thisYear);
}

/** `7 Apr 1980`, `07-Apr-1980`, `April 7, 1980`. */
function parseNamedMonth(text: string, thisYear: number): ParsedDate {
  if (text === '') return { kind: 'none' };
  const dayFirst = /^(\d{1,2})[\s-]+([a-z]{3,9})\.?[\s,-]+(\d{4}|\d{2})(?:[T ,].*)?$/i.exec(text);
  const monthFirst = /^([a-z]{3,9})\.?\s+(\d{1,2}),?\s+(\d{4})(?:[T ,].*)?$/i.exec(text);
  const [name, day, year] = dayFirst
    ? [dayFirst[2], dayFirst[1], dayFirst[3]]
    : [monthFirst?.[1], monthFirst?.[2], monthFirst?.[3]];
  const month = monthNames.indexOf((name ?? '').slice(0, 3).toLowerCase()) + 1;
  return checked(year ?? '', month, Number(day), thisYear);
}

function checked(yearText: string, month: number, day: number, thisYear: number): ParsedDate {
  const year = yearText.length === 2 ? withCentury(Number(yearText), thisYear) : Number(yearText);
  if (year === yearOfNoDate) return { kind: 'none' };
  const date = new Date(Date.UTC(year, month - 1, day));
  const exists = date.getUTCFullYear() === year && date.getUTCMonth() === month - 1;
  if (!exists || year < 1000 || year > 9999) return { kind: 'invalid' };
  return { kind: 'date', date: date.toISOString().slice(0, 10) };
}

function withCentury(year: number, thisYear: number): number {
  const century = thisYear - (thisYear % 100);
  return century + year > thisYear ? century - 100 + year : century + year;
}
