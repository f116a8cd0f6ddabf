/** CSV, record by record, in bounded memory. After a broken quote it goes on with the next line: docs/decisions/0006. */

/** One record of the file, or what is wrong with a line. `line` is where it begins in the file, counted from 1. */
export type CsvRow =
  | { readonly line: number; readonly cells: readonly string[] }
  | { readonly line: number; readonly problem: string };

/** A longer record is one whose quote was never closed. */
const longestRecord = 4_000_000;

const quote = 0x22;
const newLine = 0x0a;
const carriageReturn = 0x0d;

type Scan =
  | { readonly kind: 'record'; readonly cells: string[]; readonly end: number }
  | { readonly kind: 'broken'; readonly problem: string }
  /** The text ends within the record. */
  | { readonly kind: 'open' };

export class CsvReader {
  readonly #delimiter: string;
  #text = '';
  #line = 1;

  /** One character. */
  constructor(delimiter: string) {
    this.#delimiter = delimiter;
  }

  /** The records that are complete with this piece of the file. Lines without any value are left out. */
  push(text: string): CsvRow[] {
    this.#text += text;
    return this.#take(false);
  }

  /** What is left at the end of the file. */
  end(): CsvRow[] {
    return this.#take(true);
  }

  #take(last: boolean): CsvRow[] {
    const text = this.#text;
    const rows: CsvRow[] = [];
    let at = 0;
    while (at < text.length) {
      const scan = scanRecord(text, at, this.#delimiter, last);
      if (scan.kind === 'open' && text.length - at <= longestRecord) break;
      const line = this.#line;
      let end: number;
      if (scan.kind === 'record') {
        end = scan.end;
        if (scan.cells.some((cell) => cell !== '')) rows.push({ line, cells: scan.cells });
      } else {
        // Quotes cannot be trusted here: the line alone is given up, whatever it may have opened.
        end = endOfLine(text, at);
        const problem = scan.kind === 'broken' ? scan.problem : 'a record beyond 4 million characters';
        rows.push({ line, problem });
      }
      this.#line += countLineEnds(text, at, end);
      at = end;
    }
    this.#text = text.slice(at);
    return rows;
  }
}

/** The first record of a text, split at a delimiter; null where its quotes are broken or the text ends before it does. */
export function firstRecord(text: string, delimiter: string): readonly string[] | null {
  const scan = scanRecord(text, 0, delimiter, true);
  return scan.kind === 'record' ? scan.cells : null;
}

/** `last`: nothing follows the text. A quote within an unquoted cell is a letter like any other (`5" pipe`). */
function scanRecord(text: string, start: number, delimiter: string, last: boolean): Scan {
  const split = delimiter.charCodeAt(0);
  const cells: string[] = [];
  let at = start;
  for (;;) {
    if (text.charCodeAt(at) === quote) {
      const close = closingQuote(text, at + 1, last);
      if (close === 'open') {
        return last ? { kind: 'broken', problem: 'a quote is opened and never closed' } : { kind: 'open' };
      }
      cells.push(text.slice(at + 1, close).replaceAll('""', '"'));
      at = close + 1;
    } else {
      const begin = at;
      for (; at < text.length; at += 1) {
        const code = text.charCodeAt(at);
        if (code === split || code === newLine || code === carriageReturn) break;
      }
      cells.push(text.slice(begin, at));
    }
    const code = text.charCodeAt(at);
    if (at >= text.length) return last ? { kind: 'record', cells, end: at } : { kind: 'open' };
    if (code === split) {
      at += 1;
    } else if (code === newLine || code === carriageReturn) {
      // A carriage return at the very end may be half of a line end.
      if (code === carriageReturn && at + 1 === text.length && !last) return { kind: 'open' };
      return { kind: 'record', cells, end: endOfLine(text, at) };
    } else {
      return { kind: 'broken', problem: 'text after a closing quote' };
    }
  }
}

function closingQuote(text: string, from: number, last: boolean): number | 'open' {
  for (let at = text.indexOf('"', from); at !== -1; at = text.indexOf('"', at + 2)) {
    // A quote at the very end may be the first of two.
    if (at + 1 === text.length) return last ? at : 'open';
    if (text.charCodeAt(at + 1) !== quote) return at;
  }
  return 'open';
}

/** After the line end at or behind `from`. */
function endOfLine(text: string, from: number): number {
  for (let at = from; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === newLine) return at + 1;
    if (code === carriageReturn) return text.charCodeAt(at + 1) === newLine ? at + 2 : at + 1;
  }
  return text.length;
}

function countLineEnds(text: string, start: number, end: number): number {
  let count = 0;
  for (let at = endOfLine(text, start); at < end; at = endOfLine(text, at)) count += 1;
  const code = text.charCodeAt(end - 1);
  return code === newLine || code === carriageReturn ? count + 1 : count;
}
