/** What most benchmarks stand on: an Exchange and an installation, each in a process of its own, and one mailbox. */
import type { Module } from '../src/sync/model.ts';
import { makeBenchFolder } from './bench-folder.ts';
import { startChild } from './child.ts';
import type { Child } from './child.ts';
import type { DaemonRequest, Measured } from './daemon-process.ts';
import { benchPassword } from './exchange-password.ts';
import type { ExchangeRequest } from './exchange-process.ts';

const address = 'bench@example.test';
const latencyMs = 20;

export interface Rig {
  readonly exchange: Child<ExchangeRequest>;
  readonly daemon: Child<DaemonRequest>;
  readonly url: string;
  readonly end: () => Promise<void>;
}

export interface Shape {
  readonly module: Module;
  readonly inExchange: number;
  readonly inCrm: number;
  readonly photos: boolean;
}

/** Filled with what the shape has in Exchange; `record` keeps the requests for a replay. */
export function startExchangeProcess({ module, inExchange }: Shape, record: boolean): Started {
  const exchange = startChild<ExchangeRequest>(new URL('./exchange-process.js', import.meta.url));
  const filling = { [module]: inExchange };
  const url = exchange.ask<string>({ kind: 'start', addresses: [address], filling, latencyMs, record });
  return { exchange, url };
}

interface Started {
  readonly exchange: Child<ExchangeRequest>;
  readonly url: Promise<string>;
}

function startDaemonProcess(): Child<DaemonRequest> {
  return startChild<DaemonRequest>(new URL('./daemon-process.js', import.meta.url), { TZ: 'UTC' });
}

/** An installation whose CRM is filled, and the process that is going to be measured. */
export async function installed(
  url: string,
  { module, inCrm, photos }: Omit<Shape, 'inExchange'>,
): Promise<Pick<Rig, 'daemon' | 'end'>> {
  const { databaseUrl, remove } = await makeBenchFolder();
  const furnisher = startDaemonProcess();
  await furnisher.ask({
    kind: 'furnish',
    databaseUrl,
    exchangeUrl: url,
    password: benchPassword,
    addresses: [address],
    module,
    records: inCrm,
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

export async function rig(shape: Shape, record = true): Promise<Rig> {
  const { exchange, url } = startExchangeProcess(shape, record);
  return { exchange, url: await url, ...(await installed(await url, shape)) };
}

export function sync(daemon: Child<DaemonRequest>, module: Module): Promise<Measured> {
  return daemon.ask<Measured>({ kind: 'sync', addresses: [address], module });
}

/** Changes ten items on a side; other ones are changed by another round. */
export function edit(
  side: Child<ExchangeRequest> | Child<DaemonRequest>,
  module: Module,
  round: number,
): Promise<void> {
  return side.ask<void>({ kind: 'edit', address, module, count: 10, round });
}
