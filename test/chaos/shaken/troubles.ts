/** What Exchange does to the daemon instead of answering, chosen at random. The people's own requests are spared. */
import type { InjectedFault } from '../../../sandbox/exchange/server.ts';
import { modules } from '../../../src/sync/model.ts';
import type { Random } from '../../simulation/random.ts';
import { requestTimeoutMs, service } from './company.ts';
import type { ShakenCompany } from './company.ts';

/** The calls of a run, and undefined: whatever comes next. */
const operations = [
  ...['CreateItem', 'CreateItem', 'CreateItem', 'CreateItem', 'UpdateItem', 'UpdateItem', 'UpdateItem'],
  ...['DeleteItem', 'GetItem', 'SyncFolderItems', 'FindItem', 'CreateAttachment', 'GetFolder'],
  undefined,
] as const;

const busy = ['serverBusyFault', 'serverBusyMessage', 'serverBusyPolicy', 'serverBusyInner'] as const;
const itemCodes = [
  'ErrorInternalServerTransientError',
  'ErrorItemSave',
  'ErrorMailboxStoreUnavailable',
] as const;

/** Returns what was ordered, for whoever reads the trace. */
export function makeTrouble({ sandbox, people }: ShakenCompany, random: Random): string {
  const operation = operations[random.below(operations.length)];
  const whom = { account: service, ...(operation === undefined ? {} : { operation }) };
  const order = (fault: InjectedFault): string => {
    sandbox.inject(fault);
    return JSON.stringify(fault);
  };
  switch (random.below(10)) {
    case 0:
      return order({
        ...whom,
        kind: random.pick(busy),
        backOffMs: 300 + random.below(900),
        times: 1 + random.below(3),
      });
    case 1:
      return order({
        ...whom,
        kind: random.pick(['unavailable', 'tooManyRequests']),
        retryAfterSeconds: random.below(2),
      });
    case 2:
      return order({ ...whom, kind: 'empty500', afterCommit: random.once(2), times: 1 + random.below(2) });
    case 3:
    case 4:
      return order({ ...whom, kind: 'reset' });
    case 5:
    case 6:
      return order({ ...whom, kind: random.pick(['reset', 'cutBody']), afterCommit: true });
    case 7:
      return order({
        ...whom,
        kind: 'delay',
        delayMs: random.once(6) ? requestTimeoutMs + 500 : 100 + random.below(900),
      });
    case 8: {
      const module = random.pick(modules);
      const number = 1 + random.below(20);
      const matching = { contacts: `person${number}@`, tasks: `Task ${number}`, events: `Event ${number}` }[
        module
      ];
      const failure = { matching, code: random.pick(itemCodes), times: 1 + random.below(2) };
      sandbox.failItem(failure);
      return JSON.stringify(failure);
    }
    default: {
      const address = people[random.below(people.length)]?.address ?? '';
      sandbox.invalidateSyncStates(address);
      return `the sync states of ${address} are invalid`;
    }
  }
}
