import { z } from 'zod';
import { folderTargets, schemaNames } from '../../sync/administration.ts';
import type { ModuleSettings, Settings } from '../../sync/administration.ts';
import { defaultMapping, mappingProblems } from '../../sync/mapping.ts';
import type { Module } from '../../sync/model.ts';

const guardLimit = z.strictObject({
  count: z.number().int().min(0),
  share: z.number().min(0).max(1),
});

const rulesOfModule = z.strictObject({
  enabled: z.boolean(),
  // Settings saved before there were dedicated folders.
  target: z.enum(folderTargets).default('default'),
  type: z.enum(['twoWay', 'oneWay']),
  direction: z.enum(['crmToExchange', 'exchangeToCrm']),
  winner: z.enum(['crm', 'exchange']),
  deletes: z.strictObject({ crm: z.boolean(), exchange: z.boolean() }),
  firstSyncCap: z.number().int().min(0).nullable(),
  // Settings saved before fields could be mapped have none.
  mapping: z.record(z.string(), z.string().nullable()).default({}),
});

function moduleSettings(module: Module): z.ZodType<ModuleSettings> {
  return rulesOfModule.superRefine(({ mapping }, context) => {
    for (const { field, message } of mappingProblems(module, mapping)) {
      context.addIssue({ code: 'custom', path: ['mapping', field], message });
    }
  });
}
/** A hundred years. */
const windowDays = z.number().int().min(0).max(36_525).nullable();

const defaultModule: ModuleSettings = {
  enabled: true,
  target: 'default',
  type: 'twoWay',
  direction: 'crmToExchange',
  winner: 'crm',
  deletes: { crm: true, exchange: false },
  firstSyncCap: 10_000,
  mapping: defaultMapping,
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
    contacts: moduleSettings('contacts'),
    tasks: moduleSettings('tasks').default(() => ({ ...defaultModule, enabled: false })),
    events: moduleSettings('events').default(() => ({
      ...defaultModule,
      enabled: false,
      firstSyncCap: 5_000,
    })),
  }),
  privateItems: z.enum(['busy', 'skip', 'full']).default('busy'),
  eventWindow: z
    .strictObject({ pastDays: windowDays, futureDays: windowDays })
    .default({ pastDays: null, futureDays: null }),
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
  eventWindow: { pastDays: null, futureDays: null },
  schedule: { everyMinutes: 5 },
  guard: {
    removes: { count: 10, share: 0.1 },
    overwrites: { count: 100, share: 0.25 },
    creates: { count: 1000, share: 0.25 },
    pauseDays: 14,
  },
};
