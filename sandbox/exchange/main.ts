/** A process that runs the stand-in, for people to try things on and for programs to spawn. */
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { fillMailbox } from './generate.ts';
import { DEFAULT_USERS } from './sandbox-user.ts';
import type { SandboxUser } from './sandbox-user.ts';
import { startExchange } from './server.ts';
import type { Sandbox } from './server.ts';

/**
 * `--port N --users FILE.json --fill N --seed N --latency MS`: starts on 127.0.0.1, fills every mailbox, prints the
 * URL as one line and stops on SIGTERM or SIGINT.
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
    },
  });
  const users = values.users === undefined ? DEFAULT_USERS : readUsers(values.users);
  const sandbox = await startExchange({
    port: wholeNumber('--port', values.port),
    users,
    latencyMs: wholeNumber('--latency', values.latency),
  });
  const contacts = wholeNumber('--fill', values.fill);
  const seed = wholeNumber('--seed', values.seed);
  if (contacts > 0) {
    users.forEach((user, index) =>
      fillMailbox(sandbox.store, user.address, { contacts, seed: seed + index }),
    );
  }
  const stop = (): void => {
    void sandbox.close().then(() => process.exit(0));
  };
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
  process.stdout.write(`${sandbox.url}\n`);
  return sandbox;
}

function wholeNumber(name: string, text: string): number {
  const value = Number(text);
  if (Number.isSafeInteger(value) && value >= 0) return value;
  throw new Error(`${name} takes a whole number, not "${text}".`);
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
