/** `exsync crm import`: people out of an address book into the embedded CRM. */
import type { Installation } from '../composition/installation.ts';
import { importContacts } from '../crm/import/import-contacts.ts';
import type { ImportOutcome } from '../crm/import/import-contacts.ts';
import type { DateOrder } from '../crm/import/dates.ts';
import type { ImportSource } from '../crm/import/import-source.ts';
import { openSource } from '../crm/import/open-source.ts';
import { UnusableFileError } from '../crm/import/unusable-file.ts';
import { ConfigError } from '../errors.ts';
import { escapeControls } from '../log.ts';
import { say, sayJson, sayProgress } from './answers.ts';

export interface ImportCommandOptions {
  readonly owner: string;
  readonly encoding?: string;
  readonly dates?: DateOrder;
  readonly duplicates: 'skip' | 'create';
  readonly dryRun?: boolean;
  readonly json?: boolean;
  readonly signal: AbortSignal;
}

/** What is shorter shows no progress. */
const silentMs = 1000;
/** More failures than a screen takes are in the JSON document only. */
const shownFailures = 50;
const shownColumns = 20;
const shownNameLength = 60;

/** Returns false when a row failed or the import was stopped. */
export async function importFile(
  { crm, stores }: Installation,
  path: string,
  options: ImportCommandOptions,
): Promise<boolean> {
  const owner = await crm.directory.userByEmail(options.owner);
  if (owner === null) {
    throw new ConfigError([`--owner: there is no user ${options.owner}; \`exsync user list\` shows them.`]);
  }
  const dryRun = options.dryRun ?? false;
  const began = Date.now();
  try {
    sayProgress(`Looking at ${path}`);
    const source = await openSource(path, {
      encoding: options.encoding ?? null,
      dateOrder: options.dates ?? null,
      thisYear: new Date(began).getUTCFullYear(),
    });
    const outcome = await importContacts(source, crm, {
      ownerId: owner.id,
      duplicates: options.duplicates,
      dryRun,
      signal: options.signal,
      onProgress: ({ read, failed }) => {
        if (Date.now() - began < silentMs) return;
        const percent = Math.floor((source.readBytes() / source.file.sizeBytes) * 100);
        sayProgress(`${percent} %: ${read} read, ${failed} failed`);
      },
    });
    sayProgress('');
    if (!dryRun) {
      const { read, created, skipped, failed } = outcome;
      await stores.audit.record('exsync crm', 'contacts.imported', {
        owner: owner.email,
        format: source.format,
        read,
        created,
        skipped,
        failed,
      });
    }
    if (options.json) sayJson(documentOf(source, outcome, dryRun));
    else sayOutcome(source, outcome, owner.email, dryRun);
    return outcome.failed === 0 && !outcome.stopped;
  } catch (error) {
    sayProgress('');
    if (error instanceof UnusableFileError) throw new ConfigError([error.message]);
    throw error;
  }
}

/** The result as `--json` prints it. */
export interface ImportDocument {
  readonly format: ImportSource['format'];
  readonly encoding: string;
  readonly encodingBy: ImportSource['file']['encodingBy'];
  readonly delimiter: string | null;
  readonly dates: ImportSource['dates'];
  readonly dryRun: boolean;
  readonly stopped: boolean;
  readonly read: number;
  readonly created: number;
  readonly skipped: number;
  /** At most 10,000 of them; `failedCount` counts all. */
  readonly failed: ImportOutcome['failures'];
  readonly failedCount: number;
  /** Lines that were skipped for an address which a record of another name has. */
  readonly skippedUnderOtherName: readonly number[];
  /** Columns or properties no field takes, with how many rows had a value there. */
  readonly unknownColumns: readonly { readonly name: string; readonly values: number }[];
}

function documentOf(source: ImportSource, outcome: ImportOutcome, dryRun: boolean): ImportDocument {
  const { read, created, skipped, failed, failures, otherNames, stopped } = outcome;
  return {
    format: source.format,
    encoding: source.file.encoding,
    encodingBy: source.file.encodingBy,
    delimiter: source.delimiter,
    dates: source.dates,
    dryRun,
    stopped,
    read,
    created,
    skipped,
    failed: failures,
    failedCount: failed,
    skippedUnderOtherName: otherNames,
    unknownColumns: source.unplaced.list(),
  };
}

function sayOutcome(source: ImportSource, outcome: ImportOutcome, owner: string, dryRun: boolean): void {
  const { read, created, skipped, failed, failures, otherNames, stopped } = outcome;
  const verb = dryRun ? 'would be created' : 'created';
  say(`Read as ${described(source)}.`);
  say(`${read} read: ${created} ${verb} for ${owner}, ${skipped} present already, ${failed} failed.`);
  const unplaced = source.unplaced.list().filter(({ values }) => values > 0);
  if (unplaced.length > 0) {
    const shown = unplaced
      .slice(0, shownColumns)
      .map(({ name, values }) => `${shortName(name)} (${values})`)
      .join(', ');
    const rest = unplaced.length - shownColumns;
    say(`No field for: ${shown}${rest > 0 ? ` and ${rest} more` : ''}.`);
  }
  if (otherNames.length > 0) {
    say(
      `Present under another name, with the same e-mail address: lines ${otherNames.slice(0, shownFailures).join(', ')}${
        otherNames.length > shownFailures ? ', …' : ''
      }. \`--duplicates create\` adds such people.`,
    );
  }
  if (stopped) say('Stopped before the end. What was created stays; run it again for the rest.');
  for (const { line, reason } of failures.slice(0, shownFailures)) {
    process.stderr.write(`line ${line}: ${reason}\n`);
  }
  if (failed > shownFailures) {
    process.stderr.write(`and ${failed - shownFailures} more: \`--json\` lists them.\n`);
  }
}

/** Of a column, which may be named anything. */
function shortName(name: string): string {
  return escapeControls(name.length > shownNameLength ? `${name.slice(0, shownNameLength)}…` : name);
}

function described({ format, file, delimiter, dates }: ImportSource): string {
  const encodings = { option: 'as given', mark: 'by its mark', bytes: 'found out' } as const;
  const parts = [`${format === 'csv' ? 'CSV' : 'vCard'}, ${file.encoding} (${encodings[file.encodingBy]})`];
  if (delimiter !== null) parts.push(`split by ${delimiter === '\t' ? 'tabs' : `"${delimiter}"`}`);
  if (dates !== null) {
    const by = {
      option: 'as given',
      file: 'found out',
      assumed: 'assumed; --dates says otherwise',
    } as const;
    parts.push(`dates ${dates.order} (${by[dates.by]})`);
  }
  return parts.join(', ');
}
