import { z } from 'zod';
import { schemaNames } from '../../sync/administration.ts';
import type { ModuleSettings, Settings } from '../../sync/administration.ts';

const guardLimit = z.strictObject({
  count: z.number().int().min(0),
  share: z.number().min(0).max(1),
});

const moduleSettings = z.strictObject({
  enabled: z.boolean(),
  type: z.enum(['twoWay', 'oneWay']),
  direction: z.enum(['crmToExchange', 'exchangeToCrm']),
  winner: z.enum(['crm', 'exchange']),
  deletes: z.strictObject({ crm: z.boolean(), exchange: z.boolean() }),
  firstSyncCap: z.number().int().min(0).nullable(),
});

const defaultModule: ModuleSettings = {
  enabled: true,
  type: 'twoWay',
  direction: 'crmToExchange',
  winner: 'crm',
  deletes: { crm: true, exchange: false },
  firstSyncCap: 10_000,
};

/** What the settings row may hold, checked when it is read and when it is saved. */
export const settingsSchema: z.ZodType<Settings> = z.strictObject({
  exchange: z
    .strictObject({
      url: z.url({ protocol: /^https?$/ }),
      mode: z.enum(['impersonation', 'individual']),
      ca: z.string().nullable(),
      schema: z.enum(['auto', ...schemaNames]),
      serverVersion: z
        .string()
        .regex(/^\d+\.\d+\.\d+\.\d+$/)
        .optional(),
      scheme: z.enum(['auto', 'basic', 'ntlm']).optional(),
      autodiscover: z
        .strictObject({ endpoint: z.url().nullable(), trustedHosts: z.array(z.string().min(1)) })
        .optional(),
    })
    .nullable(),
  // Settings saved before tasks and events came have the contacts only.
  modules: z.strictObject({
    contacts: moduleSettings,
    tasks: moduleSettings.default(() => ({ ...defaultModule, enabled: false })),
    events: moduleSettings.default(() => ({ ...defaultModule, enabled: false, firstSyncCap: 5_000 })),
  }),
  privateItems: z.enum(['busy', 'skip', 'full']).default('busy'),
  schedule: z.union([
    z.strictObject({ everyMinutes: z.number().int().min(1).max(44_640) }),
    z.strictObject({ cron: z.string().min(1), zone: z.string().min(1) }),
  ]),
  guard: z.strictObject({
    removes: guardLimit,
    overwrites: guardLimit,
    creates: guardLimit,
    pauseDays: z.number().int().min(1),
  }),
});

export const defaultSettings: Settings = {
  exchange: null,
  modules: {
    contacts: defaultModule,
    tasks: defaultModule,
    events: { ...defaultModule, firstSyncCap: 5_000 },
  },
  privateItems: 'busy',
  schedule: { everyMinutes: 5 },
  guard: {
    removes: { count: 10, share: 0.1 },
    overwrites: { count: 100, share: 0.25 },
    creates: { count: 1000, share: 0.25 },
    pauseDays: 14,
  },
};
