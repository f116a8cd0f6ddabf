/** Many mailboxes in which nothing changed: what one cycle of the daemon's schedule costs. */
import { makeBenchFolder } from './bench-folder.ts';
import { startChild } from './child.ts';
import type { Cycle, DaemonRequest } from './daemon-process.ts';
import { benchPassword } from './exchange-password.ts';
import type { ExchangeRequest } from './exchange-process.ts';
import type { Measurement } from './report.ts';

const contactsEach = 10;

export async function benchMailboxes(): Promise<Measurement[]> {
  const count = Number(process.env['BENCH_MAILBOXES'] ?? 500);
  const addresses = Array.from({ length: count }, (_, index) => `box.${index}@example.test`);
  const exchange = startChild<ExchangeRequest>(new URL('./exchange-process.js', import.meta.url));
  const { databaseUrl, remove } = await makeBenchFolder();
  const exchangeUrl = await exchange.ask<string>({
    kind: 'start',
    addresses,
    filling: { contacts: contactsEach },
    latencyMs: 0,
    record: false,
  });
  const daemonFile = new URL('./daemon-process.js', import.meta.url);
  const furnisher = startChild<DaemonRequest>(daemonFile, { TZ: 'UTC' });
  const password = benchPassword;
  await furnisher.ask({
    kind: 'furnish',
    databaseUrl,
    exchangeUrl,
    password,
    addresses,
    module: 'contacts',
    records: 0,
    photos: false,
  });
  await furnisher.end();

  // First syncs, and the echoes of their writes, in a process of their own: its memory is not what is asked for.
  const first = startChild<DaemonRequest>(daemonFile, { TZ: 'UTC' });
  await first.ask({ kind: 'open', databaseUrl });
  for (let round = 0; round < 2; round += 1) await first.ask<Cycle>({ kind: 'cycle', mailboxes: count });
  await first.end();

  const daemon = startChild<DaemonRequest>(daemonFile, { TZ: 'UTC' });
  await daemon.ask({ kind: 'open', databaseUrl });
  const cold = await daemon.ask<Cycle>({ kind: 'cycle', mailboxes: count });
  const warm = await daemon.ask<Cycle>({ kind: 'cycle', mailboxes: count });
  await daemon.end();
  await exchange.end();
  await remove();
  return [
    { name: 'mailboxes.firstCycle', figures: figuresOf(cold, count), goals: {} },
    {
      name: 'mailboxes.unchanged',
      figures: figuresOf(warm, count),
      goals: { requestsPerMailbox: 1, cpuMsPerMailbox: 3, memoryKbPerMailbox: 50 },
    },
  ];
}

function figuresOf(cycle: Cycle, count: number): Measurement['figures'] {
  return {
    mailboxes: count,
    seconds: cycle.wallMs / 1000,
    requestsPerMailbox: cycle.requests / count,
    cpuMsPerMailbox: cycle.cpuMs / count,
    memoryKbPerMailbox: cycle.heldBytes / 1024 / count,
  };
}
