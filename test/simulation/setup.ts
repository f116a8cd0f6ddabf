/** The rules and habits of a simulated installation, drawn from the seed. */
import type { EventWindow, ModuleSettings, Settings } from '../../src/sync/administration.ts';
import type { Module } from '../../src/sync/model.ts';
import type { MemoryOptions } from '../engine/memory-side.ts';
import { itemKinds } from './items.ts';
import type { Random } from './random.ts';

export interface Setup {
  readonly module: Module;
  readonly userCount: number;
  readonly processCount: number;
  /** Processes of one host see at once that another one is gone; others wait until its lease is over. */
  readonly oneHost: boolean;
  readonly settings: ModuleSettings;
  readonly eventWindow: EventWindow;
  readonly guard: Settings['guard'];
  readonly crm: MemoryOptions;
  readonly exchange: MemoryOptions;
}

const wide = { count: 1000, share: 1 };

/** Of events only, so that histories of other modules stay what they were. */
function windowFrom(random: Random, module: Module): EventWindow {
  if (module !== 'events' || random.once(2)) return { pastDays: null, futureDays: null };
  return {
    pastDays: random.once(3) ? null : 10 + random.below(10),
    futureDays: random.once(4) ? null : 37 + random.below(5),
  };
}

export function setupFrom(random: Random, module: Module): Setup {
  const separate = random.once(2) ? itemKinds[module].separate : [];
  const isTight = random.once(2);
  const side = { module, batchSize: 1 + random.below(5), pageSize: 1 + random.below(6) };
  const setup: Setup = {
    module,
    userCount: 1 + random.below(3),
    processCount: random.once(3) ? 1 : 2,
    oneHost: random.once(2),
    settings: {
      enabled: true,
      target: 'default',
      type: random.once(4) ? 'oneWay' : 'twoWay',
      direction: random.pick(['crmToExchange', 'exchangeToCrm'] as const),
      winner: random.pick(['crm', 'exchange'] as const),
      deletes: { crm: !random.once(4), exchange: !random.once(4) },
      firstSyncCap: random.once(6) ? random.below(3) : null,
      mapping: {},
    },
    guard: {
      removes: isTight ? { count: 1 + random.below(3), share: 0.1 } : wide,
      overwrites: random.once(5) ? { count: 2, share: 0.2 } : wide,
      creates: random.once(8) ? { count: 2, share: 0.3 } : wide,
      pauseDays: 14,
    },
    eventWindow: windowFrom(random, module),
    crm: { side: 'crm', ...side, restless: random.once(5), ridesAlong: random.once(3) },
    exchange: {
      side: 'exchange',
      module,
      batchSize: 1 + random.below(5),
      pageSize: 1 + random.below(6),
      restless: random.once(5),
      ridesAlong: random.once(4),
      separate,
    },
  };
  const mapping = random.once(3) ? random.pick(itemKinds[module].mappings) : {};
  return { ...setup, settings: { ...setup.settings, mapping } };
}
