/** Contacts out of a CSV file. */
import { contactFields } from '../../sync/contact-fields.ts';
import type { FieldKind } from '../../sync/field-spec.ts';
import type { CsvHeader, Column } from './csv-header.ts';
import { isWholeName, readHeader } from './csv-header.ts';
import { CsvReader } from './csv-reader.ts';
import type { CsvRow } from './csv-reader.ts';
import { ContactDraft } from './contact-draft.ts';
import { DateEvidence, parseDate } from './dates.ts';
import type { DateOrder } from './dates.ts';
import { badByteProblem, hasBadByte } from './encoding.ts';
import { Unplaced } from './import-source.ts';
import type { Entry, ImportSource } from './import-source.ts';
import type { TextFile } from './text-file.ts';
import { UnusableFileError } from './unusable-file.ts';

export interface DateOptions {
  /** As the user says; null: as the file shows. */
  readonly dateOrder: DateOrder | null;
  readonly thisYear: number;
}

/** The longest header: 1,000 columns have some 20,000 characters. */
const headerCharacters = 1_000_000;

const kinds = new Map<string, FieldKind>(contactFields.map(({ name, kind }) => [name, kind]));

/** Throws UnusableFileError where the header is none. Reads the file once for the order of its dates, if it has any. */
export async function openCsv(file: TextFile, { dateOrder, thisYear }: DateOptions): Promise<ImportSource> {
  const header = readHeader(await beginningOf(file));
  if (header.columns.some(({ name }) => hasBadByte(name)))
    throw new UnusableFileError(`The header holds ${badByteProblem}.`);
  const dates = await datesOf(file, header, dateOrder);
  const unplaced = new Unplaced();
  for (const column of header.columns) if (column.kind === 'unknown') unplaced.announce(column.name);
  let readBytes = 0;
  return {
    format: 'csv',
    file,
    delimiter: header.delimiter,
    dates,
    unplaced,
    readBytes: () => readBytes,
    async *entries() {
      const order = dates?.order ?? 'ymd';
      const hasPairs = header.columns.some(({ kind }) => kind === 'labelled');
      for await (const rows of rowsOf(file, header, (bytes) => (readBytes = bytes))) {
        for (const row of rows) yield toEntry(row, header.columns, { order, thisYear, unplaced, hasPairs });
      }
    },
  };
}

async function beginningOf(file: TextFile): Promise<string> {
  let beginning = '';
  for await (const { content } of file.text()) {
    beginning += content;
    if (beginning.length >= headerCharacters) break;
  }
  return beginning;
}

/** Everything but the header. */
async function* rowsOf(
  file: TextFile,
  { delimiter }: CsvHeader,
  onRead: (bytes: number) => void,
): AsyncGenerator<CsvRow[]> {
  const reader = new CsvReader(delimiter);
  let headerSeen = false;
  const withoutHeader = (rows: CsvRow[]): CsvRow[] => {
    if (headerSeen || rows.length === 0) return rows;
    headerSeen = true;
    return rows.slice(1);
  };
  for await (const { content, readBytes } of file.text()) {
    onRead(readBytes);
    yield withoutHeader(reader.push(content));
  }
  yield withoutHeader(reader.end());
}

async function datesOf(
  file: TextFile,
  header: CsvHeader,
  given: DateOrder | null,
): Promise<ImportSource['dates']> {
  const index = header.columns.findIndex((column) => column.kind === 'field' && isDate(column.field));
  if (index === -1) return null;
  if (given !== null) return { order: given, by: 'option' };
  const evidence = new DateEvidence();
  for await (const rows of rowsOf(file, header, () => undefined)) {
    for (const row of rows) {
      const cell = 'cells' in row && row.cells.length >= header.columns.length ? row.cells[index] : '';
      if (cell) evidence.see(cell);
    }
  }
  const order = evidence.order();
  if (order !== null) return { order, by: 'file' };
  return { order: header.language === 'english' ? 'mdy' : 'dmy', by: 'assumed' };
}

function isDate(field: string): boolean {
  return kinds.get(field) === 'date';
}

interface RowContext {
  readonly order: DateOrder;
  readonly thisYear: number;
  readonly unplaced: Unplaced;
  /** Whether there are labelled columns at all. */
  readonly hasPairs: boolean;
}

function toEntry(row: CsvRow, columns: readonly Column[], context: RowContext): Entry {
  if ('problem' in row) return row;
  const { line, cells } = row;
  if (cells.some(hasBadByte)) return { line, problem: badByteProblem };
  const surplus = cells.slice(columns.length);
  if (cells.length < columns.length || surplus.some((cell) => cell !== '')) {
    return { line, problem: `${cells.length} columns where the header has ${columns.length}` };
  }
  const draft = new ContactDraft();
  const problems: string[] = [];
  for (const [index, column] of columns.entries()) {
    const value = cells[index]?.trim() ?? '';
    if (value === '' || isWholeName(column)) continue;
    if (column.kind === 'unknown') context.unplaced.count(column.name);
    else if (column.kind === 'field') {
      const outcome = fill(draft, column.field, value, context);
      if (outcome === 'unplaced') context.unplaced.count(column.name);
      else if (outcome === 'invalid') problems.push(`${column.name}: no date in the order of this file`);
    }
  }
  if (context.hasPairs) fillLabelled(draft, columns, cells, context.unplaced);
  const whole = columns.findIndex(isWholeName);
  const wholeName = cells[whole]?.trim();
  if (wholeName) draft.setWholeName(wholeName);
  return problems.length > 0 ? { line, problem: problems.join('; ') } : { line, values: draft.values };
}

function fill(
  draft: ContactDraft,
  field: string,
  value: string,
  { order, thisYear }: RowContext,
): 'filled' | 'unplaced' | 'invalid' {
  switch (kinds.get(field)) {
    case 'email':
      return draft.addEmail(value.replace(/^mailto:/i, ''), field) ? 'filled' : 'unplaced';
    case 'tags':
      draft.addCategories(categoriesOf(value));
      return 'filled';
    case 'date': {
      const parsed = parseDate(value, order, thisYear);
      if (parsed.kind !== 'date') return parsed.kind === 'none' ? 'filled' : 'invalid';
      return draft.set(field, parsed.date) ? 'filled' : 'unplaced';
    }
    default:
      if (!field.endsWith('Street')) return draft.set(field, value) ? 'filled' : 'unplaced';
      draft.addLine(field, value);
      return 'filled';
  }
}

/** Outlook parts categories by its list separator, Zoho by commas, Google by `:::` with a star before its own groups. */
function categoriesOf(value: string): string[] {
  return value
    .split(/\s*(?:;|,|:::)\s*/)
    .map((tag) => tag.replace(/^\* /, '').trim())
    .filter((tag) => tag !== '' && tag !== 'myContacts');
}

const addressParts: Readonly<Record<string, string>> = {
  street: 'street',
  city: 'city',
  region: 'state',
  'postal code': 'postalCode',
  country: 'country',
};

/** Google's pairs. A cell may hold several numbers, parted by `:::`. */
function fillLabelled(
  draft: ContactDraft,
  columns: readonly Column[],
  cells: readonly string[],
  unplaced: Unplaced,
): void {
  const pairs = new Map<string, { group: string; label: string; parts: Map<string, [string, string]> }>();
  for (const [index, column] of columns.entries()) {
    const value = cells[index]?.trim() ?? '';
    if (column.kind !== 'labelled' || value === '') continue;
    const key = `${column.group} ${column.number}`;
    const pair = pairs.get(key) ?? { group: column.group, label: '', parts: new Map() };
    pairs.set(key, pair);
    if (column.part === 'label' || column.part === 'type') pair.label = value;
    else pair.parts.set(column.part, [column.name, value]);
  }
  for (const { group, label, parts } of pairs.values()) {
    if (group === 'phone') fillPhones(draft, label, parts, unplaced);
    else fillAddress(draft, label, parts, unplaced);
  }
}

function fillPhones(
  draft: ContactDraft,
  label: string,
  parts: ReadonlyMap<string, [string, string]>,
  unplaced: Unplaced,
): void {
  for (const [part, [name, value]] of parts) {
    for (const number of value.split(/\s*:::\s*/)) {
      if (part !== 'value' || !draft.addPhone([label], number)) unplaced.count(name);
    }
  }
}

function fillAddress(
  draft: ContactDraft,
  label: string,
  parts: ReadonlyMap<string, [string, string]>,
  unplaced: Unplaced,
): void {
  const address: Record<string, string> = {};
  for (const [part, [name, value]] of parts) {
    const field = addressParts[part];
    if (field) address[field] = value;
    else if (part !== 'formatted') unplaced.count(name);
  }
  // The same address in one piece; Google leaves its parts empty where it could not tell them apart.
  const [, formatted] = parts.get('formatted') ?? [];
  if (formatted && Object.keys(address).length === 0) address['street'] = formatted;
  if (Object.keys(address).length > 0 && !draft.addAddress([label], address)) {
    unplaced.count([...parts.values()][0]?.[0] ?? 'address');
  }
}
