/** First sync of a module each way, nothing changed, ten changes: what each costs the daemon and the server. */
import type { Module } from '../src/sync/model.ts';
import type { Measured } from './daemon-process.ts';
import { benchPassword } from './exchange-password.ts';
import type { Figures, Goals, Measurement } from './report.ts';
import { replay } from './replay.ts';
import { edit, installed, rig, startExchangeProcess, sync } from './rig.ts';
import type { Shape } from './rig.ts';

/** What one mailbox's run has in flight at a time. */
const inFlight = 1;

function perItem(first: Measured, items: number): Figures {
  return {
    perSecond: items / (first.wallMs / 1000),
    cpuMsPerItem: first.cpuMs / items,
    requestsPerItem: first.requests / items,
    peakRssMb: first.peakRssMb,
    loopDelayP99Ms: first.loopDelayP99Ms,
    databaseBytesPerItem: first.databaseBytes / items,
  };
}

/** The same number of bare prebuilt requests against a fresh server with the same contents. */
async function floor(shape: Shape, bodies: readonly string[]): Promise<number> {
  const { exchange, url } = startExchangeProcess(shape, false);
  const { wallMs, failures } = await replay(await url, benchPassword, bodies, inFlight);
  await exchange.end();
  if (failures > 0)
    throw new Error(`${failures} of ${bodies.length} replayed requests were refused: no honest floor`);
  return wallMs;
}

const firstSyncGoals: Goals = {
  cpuMsPerItem: 0.8,
  requestsPerItem: 0.05,
  ratio: 1.5,
  peakRssMb: 200,
  loopDelayP99Ms: 50,
};

async function oneWay(module: Module, items: number, from: 'crm' | 'exchange'): Promise<Measurement[]> {
  const shape = {
    module,
    inExchange: from === 'exchange' ? items : 0,
    inCrm: from === 'crm' ? items : 0,
    photos: false,
  };
  const name = `${module}.${from === 'crm' ? 'crmToExchange' : 'exchangeToCrm'}`;
  const { exchange, daemon, end } = await rig(shape);
  const first = await sync(daemon, module);
  if (first.error !== null) throw new Error(first.error);
  const bodies = await exchange.ask<string[]>({ kind: 'recorded' });
  // Echoes of the first run settle.
  const echo = await sync(daemon, module);
  const unchanged = await sync(daemon, module);
  await edit(from === 'exchange' ? exchange : daemon, module, 1);
  const ten = await sync(daemon, module);
  await end();
  await exchange.end();
  const floorMs = await floor(shape, bodies);
  const floorPerSecond = items / (floorMs / 1000);
  return [
    {
      name,
      figures: { ...perItem(first, items), floorPerSecond, ratio: first.wallMs / floorMs },
      goals: firstSyncGoals,
    },
    { name: `${name}.echoes`, figures: { requests: echo.requests, cpuMs: echo.cpuMs }, goals: {} },
    {
      name: `${name}.unchanged`,
      figures: { requests: unchanged.requests, cpuMs: unchanged.cpuMs },
      goals: { requests: 1 },
    },
    {
      name: `${name}.tenChanges`,
      figures: { requests: ten.requests, cpuMs: ten.cpuMs },
      goals: { requests: 8 },
    },
  ];
}

/** Pictures: from the CRM into an empty mailbox, then from that mailbox into another, empty CRM. */
async function photos(items: number): Promise<Measurement[]> {
  const { exchange, daemon, url, end } = await rig({
    module: 'contacts',
    inExchange: 0,
    inCrm: items,
    photos: true,
  });
  const out = await sync(daemon, 'contacts');
  await end();
  const second = await installed(url, { module: 'contacts', inCrm: 0, photos: false });
  const back = await sync(second.daemon, 'contacts');
  await second.end();
  await exchange.end();
  if (out.error ?? back.error) throw new Error(out.error ?? back.error ?? '');
  return [
    { name: 'contacts.photos.crmToExchange', figures: perItem(out, items), goals: {} },
    { name: 'contacts.photos.exchangeToCrm', figures: perItem(back, items), goals: {} },
  ];
}

/** Both ways; `BENCH_CONTACTS`, `BENCH_TASKS` and `BENCH_EVENTS` say how many items. */
export async function benchModule(module: Module): Promise<Measurement[]> {
  const items = Number(process.env[`BENCH_${module.toUpperCase()}`] ?? 10_000);
  return [
    ...(await oneWay(module, items, 'exchange')),
    ...(await oneWay(module, items, 'crm')),
    ...(module === 'contacts' ? await photos(Math.min(items, 500)) : []),
  ];
}
