/** The first record of a CSV file: by what it is split, and which field each column fills. */
import { columnNames, wholeName } from './columns.ts';
import type { HeaderLanguage } from './columns.ts';
import { firstRecord } from './csv-reader.ts';
import { UnusableFileError } from './unusable-file.ts';

export type Column =
  /** A field of a contact, or `wholeName`. */
  | { readonly kind: 'field'; readonly name: string; readonly field: string }
  /** One of Google's numbered pairs: the label column says what the value columns of the same number are. */
  | {
      readonly kind: 'labelled';
      readonly name: string;
      readonly group: 'phone' | 'address';
      readonly number: string;
      readonly part: string;
    }
  | { readonly kind: 'unknown'; readonly name: string };

export interface CsvHeader {
  readonly delimiter: string;
  readonly columns: readonly Column[];
  readonly language: HeaderLanguage;
}

const delimiters = [',', ';', '\t'] as const;

interface KnownColumn {
  readonly field: string;
  readonly language: HeaderLanguage;
}

const knownColumns = new Map<string, KnownColumn>();
for (const language of Object.keys(columnNames) as HeaderLanguage[]) {
  for (const [field, names] of Object.entries(columnNames[language])) {
    for (const name of names.map(folded)) {
      if (!knownColumns.has(name)) knownColumns.set(name, { field, language });
    }
  }
}

function folded(name: string): string {
  return name.normalize('NFC').trim().replace(/\s+/g, ' ').replace(/[’‘`]/g, "'").toLowerCase();
}

/** Throws UnusableFileError where no column is known. `beginning`: the file's first characters, the header among them. */
export function readHeader(beginning: string): CsvHeader {
  const candidates = delimiters.flatMap((delimiter) => {
    const names = firstRecord(beginning.replace(/^[\r\n]+/, ''), delimiter);
    return names ? [{ delimiter, names, known: names.filter((name) => isKnown(name)).length }] : [];
  });
  const best = candidates.reduce<(typeof candidates)[number] | null>((leading, one) => {
    return leading && leading.known >= one.known ? leading : one;
  }, null);
  if (!best || best.known === 0) {
    throw new UnusableFileError(
      'No column of the first line is known. It has to be the header, such as "First Name,Last Name,E-mail Address".',
    );
  }
  return { delimiter: best.delimiter, columns: toColumns(best.names), language: languageOf(best.names) };
}

const numbered = /^(phone|address) (\d+) - (.+)$/;

function isKnown(name: string): boolean {
  return knownColumns.has(folded(name)) || numbered.test(folded(name));
}

function toColumns(names: readonly string[]): Column[] {
  const columns = names.map((raw, index): Column => {
    const name = raw.trim() || `column ${index + 1}`;
    const known = knownColumns.get(folded(raw));
    if (known) return { kind: 'field', name, field: known.field };
    const [, group, number = '', part = ''] = numbered.exec(folded(raw)) ?? [];
    if (group === 'phone' || group === 'address') return { kind: 'labelled', name, group, number, part };
    return { kind: 'unknown', name };
  });
  return withJobTitles(columns);
}

/**
 * `Title` is the form of address to Outlook, which has `Job Title` beside it, and the position to Zoho. Outlook's French
 * export calls both `Titre`, the form of address first.
 */
function withJobTitles(columns: Column[]): Column[] {
  const isTitle = (column: Column): boolean => ['title', 'titre'].includes(folded(column.name));
  const hasJobTitle = columns.some((column) => column.kind === 'field' && column.field === 'jobTitle');
  if (hasJobTitle) return columns;
  const jobTitle = columns.findLastIndex(isTitle);
  return columns.map((column, index) =>
    index === jobTitle ? { kind: 'field', name: column.name, field: 'jobTitle' } : column,
  );
}

/** The language that most of the known columns belong to. */
function languageOf(names: readonly string[]): HeaderLanguage {
  const counts = new Map<HeaderLanguage, number>();
  for (const name of names) {
    const language = knownColumns.get(folded(name))?.language;
    if (language) counts.set(language, (counts.get(language) ?? 0) + 1);
  }
  return [...counts].sort(([, one], [, other]) => other - one)[0]?.[0] ?? 'english';
}

/** Whether a column gives a name only where its parts are missing. */
export function isWholeName(column: Column): boolean {
  return column.kind === 'field' && column.field === wholeName;
}
