/** The part that is measured: an installation with a database of its own, as the daemon opens it. */
import { stat } from 'node:fs/promises';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { PassThrough } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { startDaemon } from '../src/composition/daemon.ts';
import type { Daemon } from '../src/composition/daemon.ts';
import { serviceCredentialId } from '../src/composition/exchange-connections.ts';
import { openInstallation } from '../src/composition/installation.ts';
import type { Installation } from '../src/composition/installation.ts';
import { loadConfig } from '../src/config.ts';
import { describeError } from '../src/errors.ts';
import { createLogger } from '../src/log.ts';
import type { Module } from '../src/sync/model.ts';
import type { RunCounts } from '../src/sync/stores.ts';
import { keepHeapSmall } from '../src/small-heap.ts';
import { serveParent } from './child.ts';
import { crmRecord, editedField } from './crm-records.ts';

export type DaemonRequest =
  /** Opens the installation made there by an earlier `furnish`. */
  | { readonly kind: 'open'; readonly databaseUrl: string }
  | {
      readonly kind: 'furnish';
      readonly databaseUrl: string;
      readonly exchangeUrl: string;
      readonly password: string;
      readonly addresses: readonly string[];
      readonly module: Module;
      /** Of each user. */
      readonly records: number;
      readonly photos: boolean;
    }
  | {
      readonly kind: 'edit';
      readonly address: string;
      readonly module: Module;
      readonly count: number;
      readonly round: number;
    }
  | { readonly kind: 'sync'; readonly addresses: readonly string[]; readonly module: Module }
  /** Every mailbox once, through the daemon's queue. The daemon is started by the first. */
  | { readonly kind: 'cycle'; readonly mailboxes: number };

export interface Cycle {
  readonly wallMs: number;
  readonly cpuMs: number;
  readonly requests: number;
  /** On the heap and beside it after the cycle, above what there was before the daemon was started. */
  readonly heldBytes: number;
}

export interface Measured {
  readonly wallMs: number;
  readonly cpuMs: number;
  readonly peakRssMb: number;
  readonly loopDelayP99Ms: number;
  readonly requests: number;
  readonly databaseBytes: number;
  readonly counts: RunCounts;
  readonly error: string | null;
}

keepHeapSmall();

let installation: Installation | null = null;
let daemon: Daemon | null = null;
let heldBefore = 0;
let runsEnded = 0;

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

function heldBytes(): number {
  collectGarbage();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

/** The daemon logs each run's end. */
const logStream = new PassThrough();
logStream.on('data', (line: Buffer) => {
  for (const [state] of line.toString().matchAll(/run (?:done|failed|stopped)/g)) {
    runsEnded += 1;
    if (state !== 'run done') process.stderr.write(line);
  }
});

async function handle(request: DaemonRequest): Promise<unknown> {
  if (request.kind === 'open') return void (await open(request.databaseUrl));
  if (request.kind === 'furnish') return furnish(request);
  if (installation === null) throw new Error('the installation is not open');
  if (request.kind === 'cycle') return cycle(installation, request.mailboxes);
  return request.kind === 'edit' ? edit(installation, request) : measure(installation, request);
}

async function open(databaseUrl: string): Promise<Installation> {
  const config = loadConfig({
    env: {
      EXSYNC_DATABASE_URL: databaseUrl,
      EXSYNC_SECRET_KEY: Buffer.alloc(32, 'bench').toString('base64'),
      EXSYNC_HTTP_PORT: '0',
    },
  });
  installation = await openInstallation(config, createLogger({ ...config.log, stream: logStream }));
  return installation;
}

/** In a process of its own: filling the CRM is no part of what is measured. */
async function furnish(request: Extract<DaemonRequest, { kind: 'furnish' }>): Promise<void> {
  const { stores, crm } = await open(request.databaseUrl);
  const { version, settings } = await stores.settings.load();
  const exchange = {
    url: request.exchangeUrl,
    mode: 'impersonation',
    ca: null,
    schema: 'Exchange2013_SP1',
  } as const;
  const uncapped = { enabled: true, firstSyncCap: null };
  // One module alone: a cycle counts one run a mailbox.
  const only = (module: Module) => ({
    ...settings.modules[module],
    ...uncapped,
    enabled: module === request.module,
  });
  const modules = { contacts: only('contacts'), tasks: only('tasks'), events: only('events') };
  await stores.settings.save({ ...settings, exchange, modules }, version, 'bench');
  await stores.credentials.save(serviceCredentialId, 'svc', request.password);
  for (const [owner, address] of request.addresses.entries()) {
    const made = await crm.users.create({ name: address, email: address, profileId: 'standard' });
    if (made.kind === 'refused') throw new Error(made.message);
    await stores.mailboxes.add({ crmUserId: made.user.id, address, credentialId: null });
    for (let start = 0; start < request.records; start += 500) {
      const count = Math.min(500, request.records - start);
      const drafts = Array.from({ length: count }, (_, index) => ({
        ownerId: made.user.id,
        values: crmRecord(request.module, owner * 100_000 + start + index, request.photos),
      }));
      const results = await crm[request.module].create(drafts, { actor: made.user.id, onlyOwnerId: null });
      const refused = results.find(({ kind }) => kind !== 'done');
      if (refused) throw new Error(JSON.stringify(refused));
    }
  }
}

async function edit(
  { crm }: Installation,
  { address, module, count, round }: Extract<DaemonRequest, { kind: 'edit' }>,
): Promise<void> {
  const user = await crm.directory.userByEmail(address);
  if (user === null) throw new Error(`no user ${address}`);
  for await (const page of crm.side.changes(module, null, { ownerId: user.id })) {
    const changes = page.changes.slice(count * (round - 1), count * round).flatMap((change) =>
      change.kind === 'changed'
        ? [
            {
              id: change.id,
              revision: Number(change.version),
              values: { [editedField[module]]: `Edited ${round}` },
            },
          ]
        : [],
    );
    await crm[module].update(changes, { actor: user.id, onlyOwnerId: null });
    return;
  }
}

async function cycle(opened: Installation, count: number): Promise<Cycle> {
  if (daemon === null) {
    heldBefore = heldBytes();
    daemon = await startDaemon(opened);
  }
  const mailboxes = await opened.stores.mailboxes.list();
  if (mailboxes.length !== count) throw new Error(`${mailboxes.length} mailboxes instead of ${count}`);
  const requestsBefore = opened.runs.exchangeRequests();
  const cpuBefore = process.cpuUsage();
  const begun = performance.now();
  const until = runsEnded + count;
  for (const { id } of mailboxes) await daemon.syncNow(id);
  while (runsEnded < until) await sleep(20);
  const cpu = process.cpuUsage(cpuBefore);
  return {
    wallMs: performance.now() - begun,
    cpuMs: (cpu.user + cpu.system) / 1000,
    requests: opened.runs.exchangeRequests() - requestsBefore,
    heldBytes: heldBytes() - heldBefore,
  };
}

async function measure(
  { stores, runs, config }: Installation,
  { addresses, module }: Extract<DaemonRequest, { kind: 'sync' }>,
): Promise<Measured> {
  const mailboxes = (await stores.mailboxes.list()).filter(({ address }) => addresses.includes(address));
  const delay = monitorEventLoopDelay({ resolution: 5 });
  const requestsBefore = runs.exchangeRequests();
  const cpuBefore = process.cpuUsage();
  const begun = performance.now();
  delay.enable();
  let counts: RunCounts | null = null;
  let error: string | null = null;
  for (const { id } of mailboxes) {
    const signal = new AbortController().signal;
    const outcome = await runs.run({ mailboxId: id, module }, { trigger: 'bench', signal });
    counts = outcome.counts;
    if (outcome.state !== 'done')
      error = outcome.error === null ? outcome.state : describeError(outcome.error);
  }
  delay.disable();
  const wallMs = performance.now() - begun;
  const cpu = process.cpuUsage(cpuBefore);
  const path = config.database.url.replace(/^sqlite:/, '');
  if (counts === null) throw new Error('nothing was synced');
  return {
    wallMs,
    cpuMs: (cpu.user + cpu.system) / 1000,
    peakRssMb: process.resourceUsage().maxRSS / 1024,
    loopDelayP99Ms: delay.percentile(99) / 1e6,
    requests: runs.exchangeRequests() - requestsBefore,
    databaseBytes: config.database.url.startsWith('sqlite:') ? (await stat(path)).size : 0,
    counts,
    error,
  } satisfies Measured;
}

serveParent<DaemonRequest>(handle, async () => {
  await daemon?.stop();
  await installation?.close();
});
