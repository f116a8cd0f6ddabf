/** A mailbox with very many items: how much memory its first sync takes, and whether later ones feel its size. */
import type { Module } from '../src/sync/model.ts';
import { modules } from '../src/sync/model.ts';
import type { Measured } from './daemon-process.ts';
import type { Measurement } from './report.ts';
import { edit, rig, sync } from './rig.ts';

const smallItems = 1_000;
/** Odd: the middle one counts. */
const rounds = 7;

interface Size {
  readonly first: Measured;
  readonly echo: Measured;
  readonly unchanged: Measured;
  /** The middle one of several runs, each with ten other items changed in Exchange. */
  readonly tenChanges: { readonly cpuMs: number; readonly requests: number };
}

async function measure(module: Module, items: number): Promise<Size> {
  const { exchange, daemon, end } = await rig({ module, inExchange: items, inCrm: 0, photos: false }, false);
  const first = await sync(daemon, module);
  if (first.error !== null) throw new Error(first.error);
  if (first.counts.crm.created !== items)
    throw new Error(`${first.counts.crm.created} of ${items} items came over`);
  const echo = await sync(daemon, module);
  const unchanged = await sync(daemon, module);
  const runs: Measured[] = [];
  for (let round = 1; round <= rounds; round += 1) {
    await edit(exchange, module, round);
    const run = await sync(daemon, module);
    if (run.counts.crm.updated !== 10) throw new Error(`${run.counts.crm.updated} of 10 changes came over`);
    runs.push(run);
  }
  await end();
  await exchange.end();
  const middle = (of: (run: Measured) => number): number =>
    runs.map(of).sort((one, other) => one - other)[(rounds - 1) / 2] ?? NaN;
  return {
    first,
    echo,
    unchanged,
    tenChanges: { cpuMs: middle(({ cpuMs }) => cpuMs), requests: middle(({ requests }) => requests) },
  };
}

/** `BENCH_LARGE` says how many items (100,000), `BENCH_LARGE_MODULE` of which module (contacts). */
export async function benchLarge(): Promise<Measurement[]> {
  const items = Number(process.env['BENCH_LARGE'] ?? 100_000);
  const named = process.env['BENCH_LARGE_MODULE'] ?? 'contacts';
  const module = modules.find((one) => one === named);
  if (module === undefined) throw new Error(`BENCH_LARGE_MODULE: there is no ${named}`);
  const small = await measure(module, smallItems);
  const large = await measure(module, items);
  const name = `large.${module}`;
  return [
    {
      name: `${name}.firstSync`,
      figures: {
        items,
        seconds: large.first.wallMs / 1000,
        cpuMsPerItem: large.first.cpuMs / items,
        cpuMsPerItemOfSmall: small.first.cpuMs / smallItems,
        requestsPerItem: large.first.requests / items,
        peakRssMb: large.first.peakRssMb,
        peakRssMbOfSmall: small.first.peakRssMb,
        loopDelayP99Ms: large.first.loopDelayP99Ms,
        databaseBytesPerItem: large.first.databaseBytes / items,
      },
      goals: { peakRssMb: 250 },
    },
    {
      name: `${name}.echoes`,
      figures: { requests: large.echo.requests, cpuMs: large.echo.cpuMs, peakRssMb: large.echo.peakRssMb },
      goals: { peakRssMb: 250 },
    },
    {
      name: `${name}.unchanged`,
      figures: {
        requests: large.unchanged.requests,
        cpuMs: large.unchanged.cpuMs,
        cpuMsOfSmall: small.unchanged.cpuMs,
      },
      goals: { requests: 1 },
    },
    {
      name: `${name}.tenChanges`,
      figures: {
        requests: large.tenChanges.requests,
        requestsRatio: large.tenChanges.requests / small.tenChanges.requests,
        cpuMs: large.tenChanges.cpuMs,
        cpuRatio: large.tenChanges.cpuMs / small.tenChanges.cpuMs,
      },
      goals: { requestsRatio: 1.5, cpuRatio: 1.5 },
    },
  ];
}
