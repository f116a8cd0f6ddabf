/** Finds out what a file is, by its content. */
import { openCsv } from './csv-contacts.ts';
import type { DateOptions } from './csv-contacts.ts';
import type { ImportSource } from './import-source.ts';
import { openTextFile } from './text-file.ts';
import type { TextFile } from './text-file.ts';
import { UnusableFileError } from './unusable-file.ts';
import { openVcard } from './vcard-contacts.ts';

export interface SourceOptions extends DateOptions {
  /** A name of the WHATWG Encoding Standard; null: found out. */
  readonly encoding: string | null;
}

/** Throws UnusableFileError for what cannot be imported as a whole. */
export async function openSource(path: string, options: SourceOptions): Promise<ImportSource> {
  const file = await openTextFile(path, options.encoding);
  const beginning = await beginningOf(file);
  if (/^\s*BEGIN:VCALENDAR/i.test(beginning)) {
    throw new UnusableFileError(
      `${path}: calendar files cannot be imported yet; contacts come as CSV or vCard.`,
    );
  }
  return /^\s*BEGIN:VCARD\s/i.test(beginning) ? openVcard(file) : openCsv(file, options);
}

/** Undecoded but for UTF-16: what a file is stands there in ASCII. */
async function beginningOf(file: TextFile): Promise<string> {
  if (file.encoding.startsWith('utf-16')) {
    for await (const { content } of file.text()) if (content !== '') return content;
  } else {
    for await (const { content } of file.bytes()) return content.toString('latin1', 0, 1000);
  }
  return '';
}
