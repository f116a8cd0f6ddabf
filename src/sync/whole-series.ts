/** What takes a call of its own on a side, and what a series in Exchange forgets of its exceptions meanwhile. */
import type { Loser, SealedValues, Side } from './model.ts';
import { anyOccurrence, isOccurrenceName, occurrencePlace, occurrenceSpec } from './occurrences.ts';
import type { Capabilities } from './ports.ts';
import type { ActionBody } from './stores.ts';
import { isFilled, pick, sameValue } from './values.ts';

/** What takes a call of its own; the exceptions of a series go together. */
export function separation({ separate }: Capabilities): (field: string) => boolean {
  const exceptions = separate.has(anyOccurrence);
  return (field) => separate.has(field) || (exceptions && isOccurrenceName(field));
}

const seriesFields: readonly string[] = ['start', 'end', 'timeZone', 'recurrence'];

/**
 * A side that takes exceptions in a call of their own forgets them when the rule or the times of the series are written,
 * and knows no other way to take one back. So either brings the other along. `led`: the item on the leading side of a
 * one-way sync; with the series the following side takes over its exceptions.
 */
export function withWholeSeries(
  writes: SealedValues,
  now: SealedValues,
  led: SealedValues | null,
  { separate }: Capabilities,
): SealedValues {
  if (!separate.has(anyOccurrence)) return writes;
  const after = { ...now, ...writes };
  const takesBack = Object.keys(writes).some(
    (name) =>
      isOccurrenceName(name) &&
      occurrencePlace(name).field === null &&
      writes[name] === null &&
      isFilled(now[name]),
  );
  const resets = seriesFields.some((name) => name in writes);
  if (!isFilled(after['recurrence']) || !(takesBack || resets)) return writes;
  const series = takesBack ? pick(after, (name) => seriesFields.includes(name)) : {};
  const exceptions = pick(led ?? after, (name, value) => isOccurrenceName(name) && isFilled(value));
  return { ...writes, ...series, ...exceptions };
}

/**
 * What the following side of a one-way sync loses when the series it belongs to is written as the leading side has it. And
 * in any case what the other side does not have, for somebody said that it stays here alone: should the step that writes it
 * again come to nothing, it is nowhere else.
 */
export function ownExceptions(
  side: Side,
  now: SealedValues,
  writes: SealedValues,
  { other, isLed }: { readonly other: SealedValues; readonly isLed: boolean },
): Loser[] {
  return Object.entries(now).flatMap(([field, value]) => {
    if (!isOccurrenceName(field) || !isFilled(value)) return [];
    const isKept = sameValue(occurrenceSpec(field).kind, value, writes[field] ?? null);
    const isLost = isKept ? !isFilled(other[field]) : isLed;
    return isLost ? [{ field, side, value }] : [];
  });
}

/**
 * The exceptions that are forgotten until the next step writes them. Neither side counts as having shown them: should that
 * step not be carried out, those of the other side are news, and nobody has taken any back here.
 */
export function forgottenBy(
  writes: SealedValues,
  now: SealedValues,
  { separate }: Capabilities,
): SealedValues {
  if (!separate.has(anyOccurrence) || !seriesFields.some((name) => name in writes)) return {};
  const exceptions = pick({ ...now, ...writes }, isOccurrenceName);
  return Object.fromEntries(Object.keys(exceptions).map((name) => [name, null]));
}

/**
 * What may not be written of a private series in Exchange that has exceptions: they would be forgotten, and what they have
 * of their own is not shown, so that nobody could write it again.
 */
export function fixedOfPrivate(copy: SealedValues): readonly string[] {
  const isMasked = isFilled(copy['privacy']) && copy['subject'] === undefined;
  const hasExceptions = Object.entries(copy).some(
    ([name, value]) => isOccurrenceName(name) && value === 'changed',
  );
  return isMasked && hasExceptions ? seriesFields : [];
}

/** Whether a step leaves exceptions forgotten for the next one to write. */
export function forgetsExceptions({ side, settles, values }: ActionBody): boolean {
  return (
    side !== null &&
    Object.entries(settles[side]).some(
      ([name, value]) => value === null && isOccurrenceName(name) && !(name in values),
    )
  );
}

/** Whether a step writes exceptions that the side has already: the step before it makes the side forget them. */
export function bringsExceptionsBack({ values, before }: ActionBody): boolean {
  return Object.entries(values).some(
    ([name, value]) =>
      isOccurrenceName(name) &&
      isFilled(value) &&
      sameValue(occurrenceSpec(name).kind, value, before[name] ?? null),
  );
}
