/** `npm run simulate`: plays histories, or one again. Exit code 1 on a violation, 2 on wrong usage. */
import { parseArgs } from 'node:util';
import type { Module } from '../../src/sync/model.ts';
import { modules } from '../../src/sync/model.ts';
import { playMutations } from './mutations.ts';
import { playOne, simulate } from './simulation.ts';

const { values } = parseArgs({
  options: {
    histories: { type: 'string', default: '1000' },
    seed: { type: 'string' },
    module: { type: 'string', default: 'contacts' },
    keep: { type: 'string' },
    mutations: { type: 'boolean', default: false },
    trace: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
  },
});

const module = modules.find((one): one is Module => one === values.module);
const histories = Number(values.histories);
const seed = values.seed === undefined ? Date.now() % 1_000_000_000 : Number(values.seed);
if (module === undefined || !Number.isSafeInteger(histories) || !Number.isSafeInteger(seed)) {
  process.stderr.write(
    `usage: simulate [--histories N] [--seed S] [--module ${modules.join('|')}] [--keep I,J…] [--trace] [--mutations] [--json]\n`,
  );
  process.exit(2);
}

if (values.mutations) {
  const results = await playMutations(histories, seed, () => performance.now());
  for (const { name, caughtAfter, by } of results)
    process.stdout.write(
      `${name}: ${caughtAfter === null ? 'NOT NOTICED' : `noticed after ${caughtAfter} histories: ${by}`}\n`,
    );
  process.exitCode = results.every(({ caughtAfter }) => caughtAfter !== null) ? 0 : 1;
} else if (values.keep === undefined) {
  const started = performance.now();
  const result = await simulate({ module, firstSeed: seed, histories, clock: () => performance.now() });
  const seconds = (performance.now() - started) / 1000;
  process.exitCode = result.violation === null ? 0 : 1;
  if (values.json) process.stdout.write(`${JSON.stringify({ ...result, seed, seconds })}\n`);
  else {
    process.stdout.write(
      `${result.played} histories of ${module} from seed ${seed} in ${seconds.toFixed(1)} s: ` +
        `${result.violation === null ? 'no violation' : 'a violation'}\n`,
    );
    if (result.violation) {
      const { what, events, command } = result.violation;
      process.stdout.write(
        `\nseed ${result.violation.seed}\n${what.join('\n')}\n\n${events.join('\n')}\n\n${command}\n`,
      );
    }
  }
} else {
  const kept = values.keep === '' ? [] : values.keep.split(',').map(Number);
  const told = values.trace ? (line: string) => process.stdout.write(`${line}\n`) : undefined;
  const { violations, hash, ticks } = await playOne({ module }, seed, kept, told);
  process.exitCode = violations.length === 0 ? 0 : 1;
  process.stdout.write(
    `${ticks} steps, trace ${hash.toString(16)}\n${violations.join('\n') || 'no violation'}\n`,
  );
}
