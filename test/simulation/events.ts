/** What happens in a history besides the runs going on: a list of plain data, made from the seed, so that it can be shortened. */
import type { Random } from './random.ts';
import type { Side } from '../../src/sync/model.ts';

export type FaultKind =
  | 'lostRequest'
  | 'lostAnswer'
  | 'twice'
  | 'delay'
  | 'throttled'
  /** Some items of the batch fail, the others are done. */
  | 'partial'
  | 'cursorLost';

export type SideMethod =
  'scope' | 'presentCursor' | 'changes' | 'read' | 'create' | 'update' | 'remove' | 'find' | 'locate';

/** Numbers named `pick` choose among what there is at that moment; `user` and `process` count from 0. */
export type Happening =
  | { readonly what: 'run'; readonly process: number; readonly user: number; readonly preview: boolean }
  | { readonly what: 'add'; readonly user: number; readonly at: Side | 'both' }
  | {
      readonly what: 'edit';
      readonly side: Side;
      readonly pick: number;
      readonly field: number;
      readonly clears: boolean;
    }
  | { readonly what: 'delete'; readonly side: Side; readonly pick: number; readonly makesAgain: boolean }
  | { readonly what: 'move'; readonly pick: number; readonly isBack: boolean }
  | { readonly what: 'restore'; readonly pick: number }
  | { readonly what: 'give'; readonly pick: number; readonly user: number }
  | { readonly what: 'touch'; readonly side: Side; readonly pick: number }
  | { readonly what: 'wait'; readonly minutes: number }
  | {
      readonly what: 'fault';
      readonly side: Side;
      readonly method: SideMethod;
      readonly kind: FaultKind;
      readonly pick: number;
    }
  | { readonly what: 'badItem'; readonly pick: number; readonly retryable: boolean }
  | { readonly what: 'forgetCursors'; readonly side: Side; readonly user: number }
  | { readonly what: 'crash'; readonly process: number }
  | { readonly what: 'powerLoss'; readonly share: number }
  | { readonly what: 'stall'; readonly process: number; readonly minutes: number }
  | {
      readonly what: 'decide';
      readonly user: number;
      readonly verdict: 'approved' | 'rejected';
      readonly all: boolean;
    }
  | { readonly what: 'retryNow'; readonly user: number }
  /** An administrator maps fields anew. */
  | { readonly what: 'map'; readonly pick: number };

/** `after`: how often a waiting call goes on before it happens. */
export type Event = Happening & { readonly after: number };

const sides: readonly [Side, Side] = ['crm', 'exchange'];
const methods: readonly [SideMethod, ...SideMethod[]] = [
  'create',
  'create',
  'update',
  'update',
  'update',
  'remove',
  'read',
  'read',
  'changes',
  'changes',
  'find',
  'locate',
  'scope',
];
const faultKinds: readonly [FaultKind, ...FaultKind[]] = [
  'lostRequest',
  'lostAnswer',
  'lostAnswer',
  'twice',
  'delay',
  'throttled',
  'partial',
  'partial',
  'cursorLost',
];

type Maker = (random: Random) => Happening;

const makers: readonly (readonly [weight: number, Maker])[] = [
  [
    11,
    (random) => ({ what: 'run', process: random.below(4), user: random.below(6), preview: random.once(20) }),
  ],
  [
    4,
    (random) => ({
      what: 'add',
      user: random.below(6),
      at: random.pick(['crm', 'exchange', 'both'] as const),
    }),
  ],
  [
    8,
    (random) => ({
      what: 'edit',
      side: random.pick(sides),
      pick: random.below(1000),
      field: random.below(1000),
      clears: random.once(8),
    }),
  ],
  [
    3,
    (random) => ({
      what: 'delete',
      side: random.pick(sides),
      pick: random.below(1000),
      makesAgain: random.once(4),
    }),
  ],
  [1, (random) => ({ what: 'move', pick: random.below(1000), isBack: random.once(2) })],
  [1, (random) => ({ what: 'restore', pick: random.below(1000) })],
  [1, (random) => ({ what: 'give', pick: random.below(1000), user: random.below(6) })],
  [1, (random) => ({ what: 'touch', side: random.pick(sides), pick: random.below(1000) })],
  [2, (random) => ({ what: 'wait', minutes: random.pick([2, 30, 300, 1500]) })],
  [
    5,
    (random) => ({
      what: 'fault',
      side: random.pick(sides),
      method: random.pick(methods),
      kind: random.pick(faultKinds),
      pick: random.below(1000),
    }),
  ],
  [1, (random) => ({ what: 'badItem', pick: random.below(1000), retryable: random.once(2) })],
  [1, (random) => ({ what: 'forgetCursors', side: random.pick(sides), user: random.below(6) })],
  [2, (random) => ({ what: 'crash', process: random.below(4) })],
  [1, (random) => ({ what: 'powerLoss', share: random.below(101) })],
  [1, (random) => ({ what: 'stall', process: random.below(4), minutes: random.pick([1, 8, 15, 30]) })],
  [
    2,
    (random) => ({
      what: 'decide',
      user: random.below(6),
      verdict: random.pick(['approved', 'approved', 'rejected'] as const),
      all: random.once(2),
    }),
  ],
  [1, (random) => ({ what: 'retryNow', user: random.below(6) })],
  [1, (random) => ({ what: 'map', pick: random.below(1000) })],
];

const total = makers.reduce((sum, [weight]) => sum + weight, 0);

function happening(random: Random): Happening {
  let left = random.below(total);
  for (const [weight, make] of makers) {
    left -= weight;
    if (left < 0) return make(random);
  }
  throw new Error('the weights do not add up');
}

export function eventsFrom(random: Random, count: number): Event[] {
  return Array.from({ length: count }, () => ({
    ...happening(random),
    after: random.once(3) ? 0 : random.below(random.once(3) ? 120 : 25),
  }));
}

/** One line for people. */
export function describeEvent({ after, what, ...rest }: Event): string {
  const details = Object.entries(rest).map(([name, value]) => `${name} ${String(value)}`);
  return `${what} ${details.join(', ')}${after > 0 ? ` (after ${after} steps)` : ''}`;
}
