/** What commands say and ask: one JSON document or plain lines on stdout, progress and questions on stderr. */
import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { text as readAll } from 'node:stream/consumers';
import { ConfigError } from '../errors.ts';

export function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

export function sayJson(document: unknown): void {
  say(JSON.stringify(document, null, 2));
}

/** A line that replaces itself; only on a terminal. */
export function sayProgress(text: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[2K${text}`);
}

/** Columns padded to their widest cell. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** A secret from the configuration (environment), else asked for without echo, else the whole of stdin. */
export async function readSecret(question: string, configured: string | null): Promise<string> {
  if (configured !== null) return configured;
  const secret = process.stdin.isTTY
    ? await askSilently(question)
    : (await readAll(process.stdin)).replace(/\r?\n$/, '');
  if (secret === '') {
    throw new ConfigError([
      `${question}: nothing was given; pipe it into stdin or set EXSYNC_EXCHANGE_PASSWORD.`,
    ]);
  }
  return secret;
}

/** A yes or no from a person at the terminal; undefined where nobody sits at one. */
export function askAtTerminal(): ((question: string) => Promise<boolean>) | undefined {
  if (!process.stdin.isTTY || !process.stderr.isTTY) return undefined;
  return async (question) => {
    const reader = createInterface({ input: process.stdin, output: process.stderr });
    try {
      return /^y(es)?$/i.test((await reader.question(`${question} [y/N] `)).trim());
    } finally {
      reader.close();
    }
  };
}

async function askSilently(question: string): Promise<string> {
  process.stderr.write(`${question}: `);
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
  const reader = createInterface({ input: process.stdin, output: silent, terminal: true });
  try {
    return await reader.question('');
  } finally {
    reader.close();
    process.stderr.write('\n');
  }
}
