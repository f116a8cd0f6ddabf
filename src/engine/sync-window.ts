/** The sync window of events in a run: what is kept out of the sync by it, and what comes in because time has passed. */
import type { EventWindow } from '../sync/administration.ts';
import { idKey } from '../sync/actions.ts';
import { isOutside, utcDay, windowValues } from '../sync/event-window.ts';
import type { WindowBounds } from '../sync/event-window.ts';
import type { Link, Side } from '../sync/model.ts';
import { otherSide, sides } from '../sync/model.ts';
import type { SideState } from '../sync/plan.ts';
import type { RunContext } from './run-context.ts';

/** What the planner is told: an event that is not linked, lies outside and has no partner is left where it is. */
export function withinWindow(
  { window }: Pick<RunContext, 'window'>,
  link: Link | null,
  states: Readonly<Record<Side, SideState>>,
): Readonly<Record<Side, SideState>> {
  if (window === null || link?.state === 'active') return states;
  for (const side of sides) {
    const state = states[side];
    const other = states[otherSide(side)].state;
    if (state.state !== 'changed' || (other !== 'absent' && other !== 'deleted')) continue;
    const { id, version, values } = state.item;
    if (!isOutside(values, window)) continue;
    const keyValues = windowValues(values, link?.[side]?.values ?? {});
    return { ...states, [side]: { state: 'outOfScope', reason: 'window', id, version, keyValues } };
  }
  return states;
}

/** Whether the event that a link keeps out of the sync may lie inside by now; false only where its times say no. */
export function mayEnter(link: Link, window: WindowBounds | null): boolean {
  if (link.reason !== 'window' || window === null) return true;
  return sides.some((side) => {
    const values = link[idKey(side)] === null ? null : link[side]?.values;
    return values !== null && (values === undefined || !isOutside(values, window));
  });
}

/** The day a run looks at what was too far ahead; null where nothing comes in by time alone. */
export function dayOfLook({ futureDays }: EventWindow, nowMs: number): string | null {
  return futureDays === null ? null : String(utcDay(nowMs));
}
