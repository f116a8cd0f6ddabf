/**
 * Cuts the power at the N-th call of a run that leaves something behind: that call and all later ones are not carried
 * out. Only stores and sides outlive a process, so a cut at a call that only reads leaves the same behind as one at the
 * next that writes.
 */
import type { SyncSide } from '../../src/sync/ports.ts';
import type { Wrapping } from './world.ts';

const writing: ReadonlySet<string> = new Set([
  ...[
    'beginFullRead',
    'savePage',
    'enqueue',
    'enqueueUnseen',
    'retryNow',
    'startRun',
    'finishRun',
    'savePlan',
  ],
  ...['hold', 'beginActions', 'settle', 'decideHeld', 'putBlobs'],
  ...['acquire', 'renew', 'release'],
  ...['create', 'update', 'remove'],
]);

export class PowerCut extends Error {
  override name = 'PowerCut';
}

export interface Power {
  readonly wrapping: Wrapping;
  /** Calls that wrote, so far, by name. */
  readonly calls: readonly string[];
  readonly isCut: () => boolean;
}

export function cutAt(callNumber: number): Power {
  const calls: string[] = [];
  let dead = false;

  async function guarded<T>(name: string, work: () => Promise<T>): Promise<T> {
    if (!dead && writing.has(name.slice(name.indexOf('.') + 1))) {
      calls.push(name);
      if (calls.length === callNumber) dead = true;
    }
    if (dead) throw new PowerCut(name);
    return work();
  }

  function wrap<T extends object>(target: T, prefix: string): T {
    return new Proxy(target, {
      get(object, name) {
        const member: unknown = Reflect.get(object, name);
        if (typeof member !== 'function' || name === 'capabilities') return member;
        return (...args: unknown[]) =>
          guarded(`${prefix}.${String(name)}`, () => Reflect.apply(member, object, args) as Promise<unknown>);
      },
    });
  }

  return {
    calls,
    isCut: () => dead,
    wrapping: {
      store: (store) => wrap(store, 'store'),
      leases: (leases) => wrap(leases, 'leases'),
      side(side): SyncSide {
        return {
          side: side.side,
          capabilities: (module) => side.capabilities(module),
          scope: (...args) => guarded(`${side.side}.scope`, () => side.scope(...args)),
          presentCursor: (...args) =>
            guarded(`${side.side}.presentCursor`, () => side.presentCursor(...args)),
          async *changes(...args) {
            const pages = side.changes(...args)[Symbol.asyncIterator]();
            for (;;) {
              const page = await guarded(`${side.side}.changes`, () => pages.next());
              if (page.done) return;
              yield page.value;
            }
          },
          read: (...args) => guarded(`${side.side}.read`, () => side.read(...args)),
          create: (...args) => guarded(`${side.side}.create`, () => side.create(...args)),
          update: (...args) => guarded(`${side.side}.update`, () => side.update(...args)),
          remove: (...args) => guarded(`${side.side}.remove`, () => side.remove(...args)),
          find: (...args) => guarded(`${side.side}.find`, () => side.find(...args)),
          locate: (...args) => guarded(`${side.side}.locate`, () => side.locate(...args)),
        };
      },
    },
  };
}
