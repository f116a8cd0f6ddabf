/** A process that runs the stand-in, for people to try things on and for programs to spawn. */
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { parseArgs } from 'node:util';
import { readFillAmount } from './fill-amount.ts';
import { fillMailbox } from './generate.ts';
import { releaseNamed } from './releases/releases.ts';
import { DEFAULT_USERS } from './sandbox-user.ts';
import type { SandboxUser } from './sandbox-user.ts';
import { startExchange } from './server.ts';
import type { Sandbox, SandboxOptions } from './server.ts';
import { StateError } from './state/state-error.ts';
import { readStateFile, writeStateFile } from './state/state-file.ts';

const LAST_PORT = 65_535;
/** The longest time that a timer of Node.js takes. */
const MOST_LATENCY_MS = 2 ** 31 - 1;

/**
 * `--port N --users FILE.json --fill AMOUNT --seed N --latency MS --version RELEASE --schemes basic,ntlm --tls
 * --ca-file FILE --state FILE.json --control-port N`: starts on 127.0.0.1, fills every mailbox, prints the URL as one
 * line (and the control address as a second one) and stops on SIGTERM or SIGINT. `--state` loads the file when it is
 * there, fills nothing then, and saves to it at the end; `--ca-file` is where `--tls` writes the authority to trust.
 */
export async function startFromCommandLine(argv: readonly string[]): Promise<Sandbox> {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      port: { type: 'string', default: '0' },
      users: { type: 'string' },
      fill: { type: 'string', default: '0' },
      seed: { type: 'string', default: '1' },
      latency: { type: 'string', default: '0' },
      version: { type: 'string', default: 'Exchange2013_SP1' },
      schemes: { type: 'string', default: 'basic' },
      tls: { type: 'boolean', default: false },
      'ca-file': { type: 'string' },
      state: { type: 'string' },
      'control-port': { type: 'string' },
    },
  });
  const users = values.users === undefined ? DEFAULT_USERS : readUsers(values.users);
  const amount = readFillAmount(values.fill);
  const seed = wholeNumber('--seed', values.seed);
  const options = {
    port: wholeNumber('--port', values.port, LAST_PORT),
    users,
    latencyMs: wholeNumber('--latency', values.latency, MOST_LATENCY_MS),
    release: releaseNamed(values.version).name,
    policy: { schemes: readSchemes(values.schemes) },
    ...(values.tls ? { tls: 'own' as const } : {}),
    ...(values['control-port'] === undefined
      ? {}
      : { controlPort: wholeNumber('--control-port', values['control-port'], LAST_PORT) }),
  };
  const caFile = values['ca-file'];
  if (caFile !== undefined && !values.tls)
    throw new Error('--ca-file is for --tls: without it there is no authority.');
  if (values.state !== undefined) checkFolderOf(values.state);
  const { sandbox, isLoaded } = await startFromState(values.state, options);
  try {
    if (!isLoaded) {
      users.forEach((user, index) =>
        fillMailbox(sandbox.store, user.address, { ...amount, seed: seed + index }),
      );
    }
    if (caFile !== undefined && sandbox.ca !== undefined) writeCaFile(caFile, sandbox.ca);
  } catch (error) {
    // What listens would keep the process alive.
    await sandbox.close();
    throw error;
  }
  const stop = (): void => {
    const isSaved = values.state === undefined || trySaving(values.state, sandbox);
    void sandbox.close().then(() => process.exit(isSaved ? 0 : 1));
  };
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
  process.stdout.write(`${sandbox.url}\n`);
  if (sandbox.controlUrl !== undefined) process.stdout.write(`${sandbox.controlUrl}\n`);
  return sandbox;
}

/** Starts with what the file holds, when there is one; what is wrong with it is told with its name and the way out. */
async function startFromState(
  file: string | undefined,
  options: SandboxOptions,
): Promise<{ readonly sandbox: Sandbox; readonly isLoaded: boolean }> {
  try {
    const state = file === undefined ? undefined : readStateFile(file);
    const sandbox = await startExchange({ ...options, ...(state === undefined ? {} : { state }) });
    return { sandbox, isLoaded: state !== undefined };
  } catch (error) {
    if (!(error instanceof StateError)) throw error;
    const remedy = 'Name another file, or move this one away to begin anew.';
    throw new Error(`--state ${file} cannot be loaded. ${error.message} ${remedy}`, { cause: error });
  }
}

/** So that what a day of work leaves is not found out to have no place at its end. */
function checkFolderOf(file: string): void {
  const folder = dirname(file);
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() === true) return;
  throw new Error(`--state ${file} could not be written: there is no folder ${folder}.`);
}

function writeCaFile(file: string, ca: string): void {
  try {
    writeFileSync(file, ca);
  } catch (error) {
    throw new Error(`--ca-file ${file} could not be written: ${messageOf(error)}`, { cause: error });
  }
}

function trySaving(file: string, sandbox: Sandbox): boolean {
  try {
    writeStateFile(file, sandbox.exportState());
    return true;
  } catch (error) {
    process.stderr.write(`--state ${file} could not be written: ${messageOf(error)}\n`);
    return false;
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function wholeNumber(name: string, text: string, most = Number.MAX_SAFE_INTEGER): number {
  const value = text.trim() === '' ? Number.NaN : Number(text);
  if (Number.isSafeInteger(value) && value >= 0 && value <= most) return value;
  const end = most === Number.MAX_SAFE_INTEGER ? '' : ` from 0 to ${most}`;
  throw new Error(`${name} takes a whole number${end}, not "${text}".`);
}

function readSchemes(text: string): ('basic' | 'ntlm')[] {
  return text.split(',').map((one) => {
    if (one === 'basic' || one === 'ntlm') return one;
    throw new Error(`--schemes takes basic, ntlm or both with a comma, not "${text}".`);
  });
}

function readUsers(file: string): readonly SandboxUser[] {
  const text = readFileSync(file, 'utf8');
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    // What JSON.parse says quotes the file, and so passwords.
  }
  if (!Array.isArray(parsed) || !parsed.every(isUser)) {
    throw new Error(`${file} must hold a list of {"name", "address", "password", "impersonates"?}.`);
  }
  return parsed;
}

function isUser(value: unknown): value is SandboxUser {
  if (typeof value !== 'object' || value === null) return false;
  const user = value as Partial<Record<keyof SandboxUser, unknown>>;
  const { impersonates = [] } = user;
  return (
    [user.name, user.address, user.password].every((one) => typeof one === 'string' && one !== '') &&
    Array.isArray(impersonates) &&
    impersonates.every((one) => typeof one === 'string')
  );
}

if (import.meta.url === `file://${process.argv[1]}`) {
  startFromCommandLine(process.argv.slice(2)).catch((error: unknown) => {
    process.stderr.write(`${messageOf(error)}\n`);
    process.exitCode = 2;
  });
}
