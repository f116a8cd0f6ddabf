/** First sync each way, nothing changed, ten changes: what each costs the daemon and the server. */
import { makeBenchFolder } from './bench-folder.ts';
import { startChild } from './child.ts';
import type { Child } from './child.ts';
import type { DaemonRequest, Measured } from './daemon-process.ts';
import { benchPassword } from './exchange-password.ts';
import type { ExchangeRequest } from './exchange-process.ts';
import type { Figures, Goals, Measurement } from './report.ts';
import { replay } from './replay.ts';

const address = 'bench@example.test';
const latencyMs = 20;
/** What one mailbox's run has in flight at a time. */
const inFlight = 1;

interface Rig {
  readonly exchange: Child<ExchangeRequest>;
  readonly daemon: Child<DaemonRequest>;
  readonly url: string;
  readonly end: () => Promise<void>;
}

interface Shape {
  readonly inExchange: number;
  readonly inCrm: number;
  readonly photos: boolean;
}

function startExchangeProcess(contacts: number, record: boolean): Started {
  const exchange = startChild<ExchangeRequest>(new URL('./exchange-process.js', import.meta.url));
  const url = exchange.ask<string>({ kind: 'start', addresses: [address], contacts, latencyMs, record });
  return { exchange, url };
}

interface Started {
  readonly exchange: Child<ExchangeRequest>;
  readonly url: Promise<string>;
}

function startDaemonProcess(): Child<DaemonRequest> {
  return startChild<DaemonRequest>(new URL('./daemon-process.js', import.meta.url), { TZ: 'UTC' });
}

/** An installation that knows `records` contacts, and the process that is going to be measured. */
async function installed(
  url: string,
  records: number,
  photos: boolean,
): Promise<Pick<Rig, 'daemon' | 'end'>> {
  const { databaseUrl, remove } = await makeBenchFolder();
  const furnisher = startDaemonProcess();
  await furnisher.ask({
    kind: 'furnish',
    databaseUrl,
    exchangeUrl: url,
    password: benchPassword,
    addresses: [address],
    records,
    photos,
  });
  await furnisher.end();
  const daemon = startDaemonProcess();
  await daemon.ask({ kind: 'open', databaseUrl });
  return {
    daemon,
    end: async () => {
      await daemon.end();
      await remove();
    },
  };
}

async function rig({ inExchange, inCrm, photos }: Shape): Promise<Rig> {
  const { exchange, url } = startExchangeProcess(inExchange, true);
  return { exchange, url: await url, ...(await installed(await url, inCrm, photos)) };
}

function sync(daemon: Child<DaemonRequest>): Promise<Measured> {
  return daemon.ask<Measured>({ kind: 'sync', addresses: [address] });
}

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
  const { exchange, url } = startExchangeProcess(shape.inExchange, false);
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

async function oneWay(
  name: string,
  items: number,
  shape: Shape,
  editedSide: 'crm' | 'exchange',
): Promise<Measurement[]> {
  const { exchange, daemon, end } = await rig(shape);
  const first = await sync(daemon);
  if (first.error !== null) throw new Error(first.error);
  const bodies = await exchange.ask<string[]>({ kind: 'recorded' });
  // Echoes of the first run settle.
  const echo = await sync(daemon);
  const unchanged = await sync(daemon);
  const editing = { kind: 'edit', address, count: 10, round: 1 } as const;
  if (editedSide === 'exchange') await exchange.ask(editing);
  else await daemon.ask(editing);
  const ten = await sync(daemon);
  await end();
  await exchange.end();
  const floorMs = await floor(shape, bodies);
  const floorPerSecond = items / (floorMs / 1000);
  return [
    {
      name: `contacts.${name}`,
      figures: { ...perItem(first, items), floorPerSecond, ratio: first.wallMs / floorMs },
      goals: firstSyncGoals,
    },
    { name: `contacts.${name}.echoes`, figures: { requests: echo.requests, cpuMs: echo.cpuMs }, goals: {} },
    {
      name: `contacts.${name}.unchanged`,
      figures: { requests: unchanged.requests, cpuMs: unchanged.cpuMs },
      goals: { requests: 1 },
    },
    {
      name: `contacts.${name}.tenChanges`,
      figures: { requests: ten.requests, cpuMs: ten.cpuMs },
      goals: { requests: 8 },
    },
  ];
}

/** Pictures: from the CRM into an empty mailbox, then from that mailbox into another, empty CRM. */
async function photos(items: number): Promise<Measurement[]> {
  const { exchange, daemon, url, end } = await rig({ inExchange: 0, inCrm: items, photos: true });
  const out = await sync(daemon);
  await end();
  const second = await installed(url, 0, false);
  const back = await sync(second.daemon);
  await second.end();
  await exchange.end();
  if (out.error ?? back.error) throw new Error(out.error ?? back.error ?? '');
  return [
    { name: 'contacts.photos.crmToExchange', figures: perItem(out, items), goals: {} },
    { name: 'contacts.photos.exchangeToCrm', figures: perItem(back, items), goals: {} },
  ];
}

export async function benchContacts(): Promise<Measurement[]> {
  const items = Number(process.env['BENCH_CONTACTS'] ?? 10_000);
  return [
    ...(await oneWay('exchangeToCrm', items, { inExchange: items, inCrm: 0, photos: false }, 'exchange')),
    ...(await oneWay('crmToExchange', items, { inExchange: 0, inCrm: items, photos: false }, 'crm')),
    ...(await photos(Math.min(items, 500))),
  ];
}
