/** Changed rules, or another day: what is compared to notice them, and what is looked at again. */
import { createHash } from 'node:crypto';
import type { EventWindow, ModuleSettings } from '../sync/administration.ts';
import { idKey } from '../sync/actions.ts';
import { fieldsOf } from '../sync/fields.ts';
import { sides } from '../sync/model.ts';
import type { Link, Module } from '../sync/model.ts';
import type { Rules } from '../sync/plan.ts';
import type { NewInboxEntry } from '../sync/stores.ts';
import { rereadEntry } from './execute.ts';
import { linksInOrder } from './half-links.ts';
import type { RunContext } from './run-context.ts';
import { mayEnter } from './sync-window.ts';

interface RuleSettings {
  readonly settings: ModuleSettings;
  readonly eventWindow: EventWindow;
}

export function rulesOf(settings: ModuleSettings, module: Module): Rules {
  const { type, direction, winner, deletes } = settings;
  return { fields: fieldsOf[module], type, direction, winner, deletes };
}

/** By module, of settings that stay the same object until somebody changes them. */
const digests = new WeakMap<ModuleSettings, Map<string, string>>();

export function digest({ settings, eventWindow }: RuleSettings, module: Module): string {
  const known = digests.get(settings) ?? new Map<string, string>();
  digests.set(settings, known);
  const { pastDays, futureDays } = eventWindow;
  const hasWindow = module === 'events' && (pastDays !== null || futureDays !== null);
  const key = hasWindow ? `${module} ${pastDays} ${futureDays}` : module;
  const text = known.get(key) ?? hashOf(rulesOf(settings, module), hasWindow ? [pastDays, futureDays] : []);
  known.set(key, text);
  return text;
}

function hashOf(rules: Rules, window: readonly (number | null)[]): string {
  const text = JSON.stringify(rules) + (window.length === 0 ? '' : JSON.stringify(window));
  return createHash('sha256').update(text).digest('hex');
}

/** Other rules, or another day: what they kept out of the sync is looked at again. */
export async function reconsider(context: RunContext, concerns: (link: Link) => boolean): Promise<void> {
  const { crm, exchange } = await context.store.halfLinkIds(context.scope);
  const entries: NewInboxEntry[] = [];
  for await (const link of linksInOrder(context.store, [...crm, ...exchange].sort())) {
    if (link.state !== 'outOfScope' || !concerns(link) || !mayEnter(link, context.window)) continue;
    for (const side of sides) {
      const id = link[idKey(side)];
      if (id !== null) entries.push(rereadEntry(context, side, id));
    }
  }
  if (entries.length > 0) await context.store.enqueue(context.lease, entries);
}
