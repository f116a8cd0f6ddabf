/** The sandbox Exchange alone in a process, which can say where its time and memory go. */
import { Session } from 'node:inspector/promises';
import type { Profiler } from 'node:inspector';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { fillMailbox } from '../sandbox/exchange/generate.ts';
import { startExchange } from '../sandbox/exchange/server.ts';
import type { Sandbox } from '../sandbox/exchange/server.ts';
import { serveParent } from './child.ts';
import { benchPassword } from './exchange-password.ts';

export type SandboxRequest =
  | { readonly kind: 'start'; readonly addresses: readonly string[] }
  /** Answers the bytes each of them takes. */
  | {
      readonly kind: 'fill';
      readonly address: string;
      readonly what: 'contacts' | 'tasks' | 'messages' | 'events';
      readonly count: number;
    }
  | { readonly kind: 'startProfile' }
  /** Answers the share of each function, the most expensive first, as lines. */
  | { readonly kind: 'endProfile' };

let sandbox: Sandbox | undefined;
const session = new Session();
session.connect();

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

function heldBytes(): number {
  collectGarbage();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

async function handle(request: SandboxRequest): Promise<unknown> {
  if (request.kind === 'start') {
    const users = request.addresses.map((address) => ({
      name: address,
      address,
      password: benchPassword,
    }));
    sandbox = await startExchange({ users });
    return sandbox.url;
  }
  if (sandbox === undefined) throw new Error('the sandbox was not started');
  switch (request.kind) {
    case 'fill': {
      const before = heldBytes();
      fillMailbox(sandbox.store, request.address, { [request.what]: request.count, seed: 1 });
      return (heldBytes() - before) / request.count;
    }
    case 'startProfile':
      await session.post('Profiler.enable');
      await session.post('Profiler.setSamplingInterval', { interval: 500 });
      return session.post('Profiler.start');
    case 'endProfile':
      return topFunctions((await session.post('Profiler.stop')).profile);
  }
}

function topFunctions({ nodes, samples = [] }: Profiler.Profile): readonly string[] {
  const nameOf = new Map(
    nodes.map(({ id, callFrame: { functionName, url, lineNumber } }) => [
      id,
      `${functionName || '(anonymous)'} ${url.replace(/^.*\/(?:dist\/|(?=node_modules\/))/, '')}${url === '' ? '' : `:${lineNumber + 1}`}`,
    ]),
  );
  const counts = new Map<string, number>();
  let busy = 0;
  for (const sample of samples) {
    const name = nameOf.get(sample) ?? '';
    if (name.startsWith('(idle)') || name.startsWith('(program)')) continue;
    busy += 1;
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return [...counts]
    .sort(([, one], [, other]) => other - one)
    .slice(0, 20)
    .map(([name, count]) => `${((100 * count) / busy).toFixed(1).padStart(5)} %  ${name}`);
}

serveParent<SandboxRequest>(handle, async () => {
  await sandbox?.close();
});
