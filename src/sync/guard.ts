/** Decides which planned actions wait for a person. Figures in, verdict out. */
import type { PlanTotals } from './stores.ts';

export interface GuardLimit {
  readonly count: number;
  /** Share of the mailbox's links, 0 to 1. */
  readonly share: number;
}

export interface GuardLimits {
  readonly removes: GuardLimit;
  readonly overwrites: GuardLimit;
  readonly creates: GuardLimit;
  /** After so many days without a run everything that is more than a trickle waits. */
  readonly pauseDays: number;
}

export interface GuardInput {
  readonly plan: PlanTotals;
  /** Done in the last 24 hours, first runs left out. */
  readonly recent: PlanTotals;
  readonly links: number;
  readonly firstRun: boolean;
  readonly rootFolderChanged: boolean;
  /** Days since the last finished run; 0 on the first. */
  readonly pausedDays: number;
  readonly limits: GuardLimits;
}

export type Held = keyof PlanTotals;

/** What has to wait, each with the sentence that tells why. */
export function judgePlan(input: GuardInput): Partial<Record<Held, string>> {
  const { plan, recent, links, limits } = input;
  const held: Partial<Record<Held, string>> = {};
  if (input.firstRun) {
    if (plan.removes > 0) held.removes = 'the first run never deletes';
    return held;
  }
  for (const what of ['removes', 'overwrites', 'creates'] as const) {
    if (plan[what] === 0) continue;
    const allowed = Math.max(limits[what].count, Math.floor(limits[what].share * links));
    const total = plan[what] + recent[what];
    if (total > allowed) held[what] = `${total} ${what} within 24 hours are more than the ${allowed} allowed`;
  }
  if (plan.removes === 0) return held;
  if (plan.removes >= links && links > 1) held.removes = 'a side suddenly reads empty';
  if (input.rootFolderChanged) held.removes = 'the synced folder is not the one it was';
  if (input.pausedDays > limits.pauseDays) {
    held.removes = `nothing was synced for ${Math.floor(input.pausedDays)} days`;
  }
  return held;
}
