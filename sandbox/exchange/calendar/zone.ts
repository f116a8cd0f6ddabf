import { MINUTE_MS } from './local-time.ts';
import type { ZoneEra } from './rule-zone.ts';

/** A moment at which a zone's clocks are set. */
export interface ZoneTransition {
  /** Milliseconds since 1970, UTC. */
  readonly at: number;
  /** Minutes ahead of UTC, before and from then on. */
  readonly before: number;
  readonly after: number;
  readonly isDaylight: boolean;
}

/** The rules of one place's clocks. */
export interface Zone {
  /** The Windows name, or a made one for rules a client spelled out. */
  readonly id: string;
  readonly name: string;
  /** What a zone is made of that no name stands for. */
  readonly eras?: readonly ZoneEra[];
  /** Minutes ahead of UTC at a moment. */
  offsetAt(ms: number): number;
  /** The clock changes of one UTC year, in order. */
  transitions(year: number): readonly ZoneTransition[];
}

export function toLocal(zone: Zone, ms: number): number {
  return ms + zone.offsetAt(ms) * MINUTE_MS;
}

/**
 * The moment a wall clock shows a local time. A time skipped by a clock change is read with the offset before it, one
 * shown twice means the first: RFC 5545, 3.3.5. What Exchange does with them is not documented.
 */
export function toInstant(zone: Zone, localMs: number): number {
  const early = zone.offsetAt(localMs - 1500 * MINUTE_MS);
  const late = zone.offsetAt(localMs + 1500 * MINUTE_MS);
  const first = localMs - early * MINUTE_MS;
  if (zone.offsetAt(first) === early) return first;
  const second = localMs - late * MINUTE_MS;
  if (zone.offsetAt(second) === late) return second;
  // Two changes within three days, or the gap itself
  const between = zone.offsetAt(first);
  const third = localMs - between * MINUTE_MS;
  return zone.offsetAt(third) === between ? third : first;
}

/** A zone that never changes its clocks. */
export function fixedZone(id: string, name: string, offset: number): Zone {
  const eras = [{ fromYear: 1, baseOffset: offset, rules: [] }];
  return { id, name, eras, offsetAt: () => offset, transitions: () => [] };
}

export const UTC: Zone = {
  id: 'UTC',
  name: '(UTC) Coordinated Universal Time',
  offsetAt: () => 0,
  transitions: () => [],
};
