/** `npm run bench -- [NAME…] [--json]`: runs the named benchmarks, or all of them. Compiled first, as the product is. */
import { parseArgs } from 'node:util';
import { benchLarge } from './large.ts';
import { benchMailboxes } from './mailboxes.ts';
import { benchModule } from './modules.ts';
import { asJson, asText, missed } from './report.ts';
import type { Measurement } from './report.ts';
import { benchSandbox } from './sandbox.ts';

const benchmarks: Readonly<Record<string, () => Promise<Measurement[]>>> = {
  contacts: () => benchModule('contacts'),
  tasks: () => benchModule('tasks'),
  events: () => benchModule('events'),
  large: benchLarge,
  mailboxes: benchMailboxes,
  sandbox: benchSandbox,
};

const { values, positionals } = parseArgs({ allowPositionals: true, options: { json: { type: 'boolean' } } });
const unknown = positionals.filter((name) => !(name in benchmarks));
if (unknown.length > 0) {
  process.stderr.write(
    `bench: there is no ${unknown.join(', ')}; there is ${Object.keys(benchmarks).join(', ')}\n`,
  );
  process.exit(2);
}
const measurements: Measurement[] = [];
for (const [name, run] of Object.entries(benchmarks)) {
  if (positionals.length === 0 || positionals.includes(name)) measurements.push(...(await run()));
}
process.stdout.write(`${values.json ? asJson(measurements) : measurements.map(asText).join('\n')}\n`);
const goalsMissed = missed(measurements);
if (goalsMissed.length > 0) process.stderr.write(`goals missed: ${goalsMissed.join(', ')}\n`);
