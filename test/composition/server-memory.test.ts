import { PassThrough } from 'node:stream';
import { expect } from 'chai';
import { createServerMemory } from '../../src/composition/server-memory.ts';
import { defaultSettings } from '../../src/db/stores/settings-schema.ts';
import { createLogger } from '../../src/log.ts';
import type { ExchangeSettings, Mailbox, Settings, SettingsStore } from '../../src/sync/administration.ts';
import type { SyncSide } from '../../src/sync/ports.ts';

const exchange: ExchangeSettings = {
  url: 'http://127.0.0.1:1/EWS/Exchange.asmx',
  mode: 'impersonation',
  ca: null,
  schema: 'auto',
};

/** As the stored settings behave: whoever saves has to have loaded what is there. */
function settingsStore(): Pick<SettingsStore, 'load' | 'save'> & { present(): Settings } {
  let version = 1;
  let settings: Settings = { ...defaultSettings, exchange };
  return {
    present: () => settings,
    load: async () => ({ version, settings }),
    async save(next, expected) {
      if (expected !== version) throw new Error('Someone else saved the settings meanwhile.');
      settings = next;
      version += 1;
      return version;
    },
  };
}

describe('the memory of servers', () => {
  it('warns of nothing when two mailboxes learn of the same release at once', async () => {
    const settings = settingsStore();
    let log = '';
    const stream = new PassThrough().on('data', (line) => (log += String(line)));
    const memory = createServerMemory({
      settings,
      sync: {
        cursor: async () => null,
        savePage: async () => undefined,
        enqueueUnseen: async () => 0,
        enqueue: async () => undefined,
        pairIds: async () => [],
        linksById: async () => new Map(),
      },
      log: createLogger({ level: 'info', format: 'text', stream }),
    });
    const met = {
      side: {} as SyncSide,
      schema: 'Exchange2013_SP1',
      latest: { major: 15, minor: 2, build: 1748, revision: 10 },
    } as const;
    const lease = { key: 'one', fence: 1, expiresAt: 0 };
    await Promise.all(
      ['alice', 'bob'].map((name) => {
        const mailbox = { id: name, address: `${name}@example.test` } as Mailbox;
        const signal = new AbortController().signal;
        return memory.remember({ mailbox, module: 'contacts', exchange, signal }, met, lease);
      }),
    );
    expect(settings.present().exchange?.serverVersion).to.equal('15.2.1748.10');
    expect(log).to.contain('found the release of Exchange').and.not.contain('was not stored');
  });
});
