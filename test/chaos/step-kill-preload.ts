/**
 * Loaded into an exsync process before it starts (`node --import`): kills it with SIGKILL right before the step that
 * KILL_AT_STEP names, counting from 1 what changes files by name or makes them durable, and commits.
 */
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import Database from 'better-sqlite3';

const at = Number(process.env['KILL_AT_STEP'] ?? 0);
let steps = 0;

function step(): void {
  steps += 1;
  if (steps !== at) return;
  process.kill(process.pid, 'SIGKILL');
  // The signal may take a moment; nothing more may happen meanwhile.
  for (;;);
}

function counted<Call extends (...args: never[]) => unknown>(call: Call): Call {
  return ((...args: Parameters<Call>) => {
    step();
    return call(...args);
  }) as Call;
}

for (const name of ['linkSync', 'renameSync', 'unlinkSync', 'fsyncSync', 'writeFileSync'] as const) {
  Object.assign(fs, { [name]: counted(fs[name]) });
}
syncBuiltinESMExports();

// eslint-disable-next-line @typescript-eslint/unbound-method -- called with the connection as `this`
const { prepare } = Database.prototype;

Database.prototype.prepare = function (this: Database.Database, sql: string) {
  const statement = prepare.call(this, sql);
  if (!/^\s*(COMMIT|END)\b/i.test(sql)) return statement;
  statement.run = counted(statement.run.bind(statement));
  return statement;
} as typeof prepare;
