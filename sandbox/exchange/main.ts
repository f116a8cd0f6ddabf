/** A process that runs the stand-in, for people to try things on and for programs to spawn. */
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { fillMailbox } from './generate.ts';
import { releaseNamed } from './releases/releases.ts';
import { DEFAULT_USERS } from './sandbox-user.ts';
import type { SandboxUser } from './sandbox-user.ts';
import { startExchange } from './server.ts';
import type { Sandbox } from './server.ts';
import type { SandboxState } from './state/sandbox-state.ts';

/**
 * `--port N --users FILE.json --fill N --seed N --latency MS --version RELEASE --schemes basic,ntlm --tls
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
  const state = values.state !== undefined && existsSync(values.state) ? readState(values.state) : undefined;
  const sandbox = await startExchange({
    port: wholeNumber('--port', values.port),
    users,
    latencyMs: wholeNumber('--latency', values.latency),
    release: releaseNamed(values.version).name,
    policy: { schemes: readSchemes(values.schemes) },
    ...(values.tls ? { tls: 'own' as const } : {}),
    ...(state === undefined ? {} : { state }),
    ...(values['control-port'] === undefined
      ? {}
      : { controlPort: wholeNumber('--control-port', values['control-port']) }),
  });
  const contacts = wholeNumber('--fill', values.fill);
  const seed = wholeNumber('--seed', values.seed);
  if (contacts > 0 && state === undefined) {
    users.forEach((user, index) =>
      fillMailbox(sandbox.store, user.address, { contacts, seed: seed + index }),
    );
  }
  if (values['ca-file'] !== undefined && sandbox.ca !== undefined)
    writeFileSync(values['ca-file'], sandbox.ca);
  const stop = (): void => {
    if (values.state !== undefined) saveState(values.state, sandbox.exportState());
    void sandbox.close().then(() => process.exit(0));
  };
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
  process.stdout.write(`${sandbox.url}\n`);
  if (sandbox.controlUrl !== undefined) process.stdout.write(`${sandbox.controlUrl}\n`);
  return sandbox;
}

function wholeNumber(name: string, text: string): number {
  const value = Number(text);
  if (Number.isSafeInteger(value) && value >= 0) return value;
  throw new Error(`${name} takes a whole number, not "${text}".`);
}

function readSchemes(text: string): ('basic' | 'ntlm')[] {
  return text.split(',').map((one) => {
    if (one === 'basic' || one === 'ntlm') return one;
    throw new Error(`--schemes takes basic, ntlm or both with a comma, not "${text}".`);
  });
}

function readState(file: string): SandboxState {
  return JSON.parse(readFileSync(file, 'utf8')) as SandboxState;
}

/** Whole or not at all. */
function saveState(file: string, state: SandboxState): void {
  writeFileSync(`${file}.new`, JSON.stringify(state), { mode: 0o600 });
  renameSync(`${file}.new`, file);
}

function readUsers(file: string): readonly SandboxUser[] {
  const parsed: unknown = JSON.parse(readFileSync(file, 'utf8'));
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
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 2;
  });
}
