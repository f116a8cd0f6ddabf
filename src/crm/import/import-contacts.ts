/** Writes what a file holds into the embedded CRM, in batches, as records that came by import. */
import { contactFields } from '../../sync/contact-fields.ts';
import type { Values } from '../../sync/model.ts';
import type { SyncSide } from '../../sync/ports.ts';
import type { ContactStore } from '../embedded/contact-store.ts';
import { checkContactValues } from '../embedded/contact-values.ts';
import type { FieldProblem } from '../embedded/contact-values.ts';
import type { ImportSource } from './import-source.ts';
import { hasKey, KnownPeople } from './known-people.ts';

export interface ImportOptions {
  readonly ownerId: string;
  /** `skip`: whom the owner has already is left as he is. */
  readonly duplicates: 'skip' | 'create';
  /** Read and judge everything, write nothing. */
  readonly dryRun: boolean;
  readonly signal: AbortSignal;
  /** After each batch and at least every few hundred rows. */
  readonly onProgress: (counts: ImportCounts) => void;
}

export interface ImportCounts {
  /** Rows or cards with content. */
  readonly read: number;
  readonly created: number;
  /** Present already. */
  readonly skipped: number;
  readonly failed: number;
}

export interface ImportOutcome extends ImportCounts {
  /** The first of the rows that failed. */
  readonly failures: readonly { readonly line: number; readonly reason: string }[];
  /** The first lines of those skipped for an e-mail address that a record of another name has. */
  readonly otherNames: readonly number[];
  /** The signal came before the end of the file: what was created stays. */
  readonly stopped: boolean;
}

export interface ImportTarget {
  readonly contacts: Pick<ContactStore, 'create'>;
  readonly side: Pick<SyncSide, 'changes'>;
}

/** How many lines an outcome lists; all are counted. */
export const listedLines = 10_000;

const batchRows = 500;
/** Pictures and notes together; what one batch holds in memory. */
const batchCharacters = 8_000_000;

interface Draft {
  readonly line: number;
  readonly values: Values;
}

/** One transaction a batch. A row that fails stops no other. */
export async function importContacts(
  source: ImportSource,
  target: ImportTarget,
  options: ImportOptions,
): Promise<ImportOutcome> {
  const people = options.duplicates === 'skip' ? await KnownPeople.of(target.side, options.ownerId) : null;
  const counts = { read: 0, created: 0, skipped: 0, failed: 0 };
  const failures: { line: number; reason: string }[] = [];
  const otherNames: number[] = [];
  let batch: Draft[] = [];
  let characters = 0;

  const fail = (line: number, reason: string): void => {
    counts.failed += 1;
    if (failures.length < listedLines) failures.push({ line, reason });
  };
  const write = async (): Promise<void> => {
    const drafts = batch;
    batch = [];
    characters = 0;
    if (!options.dryRun && drafts.length > 0) await create(drafts);
    else counts.created += drafts.length;
    options.onProgress(counts);
  };
  const create = async (drafts: readonly Draft[]): Promise<void> => {
    const { ownerId } = options;
    const records = drafts.map(({ values }) => ({ ownerId, values, imported: true }));
    const results = await target.contacts.create(records, { actor: ownerId, onlyOwnerId: null });
    for (const [index, result] of results.entries()) {
      if (result.kind === 'done') counts.created += 1;
      else fail(drafts[index]?.line ?? 0, result.kind === 'invalid' ? told(result.problems) : result.kind);
    }
  };

  for await (const entry of source.entries()) {
    if (options.signal.aborted) return { ...counts, failures, otherNames, stopped: true };
    counts.read += 1;
    if (counts.read % batchRows === 0) options.onProgress(counts);
    const problem = 'problem' in entry ? entry.problem : problemOf(entry.values, people !== null);
    if ('problem' in entry || problem !== null) {
      fail(entry.line, problem ?? '');
      continue;
    }
    const acquaintance = people?.judge(entry.values) ?? 'new';
    if (acquaintance !== 'new') {
      counts.skipped += 1;
      if (acquaintance === 'otherName' && otherNames.length < listedLines) otherNames.push(entry.line);
      continue;
    }
    people?.add(entry.values);
    batch.push(entry);
    characters += charactersOf(entry.values);
    if (batch.length === batchRows || characters >= batchCharacters) await write();
  }
  await write();
  return { ...counts, failures, otherNames, stopped: false };
}

/** What is wrong with a record as it would be written, or null. */
function problemOf(values: Values, needsKey: boolean): string | null {
  if (Object.keys(values).length === 0) return 'nothing in it has a place in a contact';
  if (needsKey && !hasKey(values)) {
    return 'neither name nor company nor e-mail address, by which to know this person again';
  }
  for (const field of ['email1', 'email2', 'email3']) {
    const address = values[field];
    if (typeof address === 'string' && !isAddress(address)) return `${labelOf(field)}: not an e-mail address`;
  }
  const checked = checkContactValues(values);
  return checked.kind === 'invalid' ? told(checked.problems) : null;
}

/** Outlook writes colleagues of its own organisation with an X.500 address, which Exchange takes. */
function isAddress(text: string): boolean {
  return /^[^\s@<>,;:"]+@[^\s@<>,;:"]+$/.test(text) || /^\/o=/i.test(text);
}

function told(problems: readonly FieldProblem[]): string {
  return problems.map(({ field, message }) => `${labelOf(field)}: ${message}`).join('; ');
}

function labelOf(field: string): string {
  return contactFields.find(({ name }) => name === field)?.label ?? field;
}

function charactersOf(values: Values): number {
  const { notes, photo } = values;
  const picture =
    photo !== null && typeof photo === 'object' && 'content' in photo ? photo.content.length : 0;
  return (typeof notes === 'string' ? notes.length : 0) + picture;
}
