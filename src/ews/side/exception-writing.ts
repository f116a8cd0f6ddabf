/** Writes the exceptions of a series: each occurrence is named by its number in the series (Microsoft: OccurrenceItemId). */
import { endAfter } from '../../sync/calendar/local-time.ts';
import { indexOfOriginalStart } from '../../sync/calendar/occurrences.ts';
import { parseRule } from '../../sync/calendar/rule-text.ts';
import type { Values } from '../../sync/model.ts';
import { exceptionsOf, isOccurrenceName } from '../../sync/occurrences.ts';
import type { OccurrenceException } from '../../sync/occurrences.ts';
import type { Patch, WriteResult } from '../../sync/ports.ts';
import { textOf } from '../../sync/values.ts';
import { endSeries, whenFields, writeOccurrenceChanges } from '../items/event-writer.ts';
import { writeOccurrenceId } from '../items/identifier.ts';
import { deleteItem } from '../operations/delete-item.ts';
import { getItem } from '../operations/get-item.ts';
import { onlyMessage, runOperation } from '../operations/run-operation.ts';
import { updateItem } from '../operations/update-item.ts';
import type { WritingPlace } from './writing-place.ts';
import { done, refused } from './write-result.ts';

/** Occurrences deleted in one request. */
const batchSize = 50;

/** Goes on where the other fields of a patch were written; the results carry the last change key of the series. */
export async function writeExceptions(
  place: WritingPlace,
  patches: readonly Patch[],
  results: readonly WriteResult[],
): Promise<WriteResult[]> {
  const finished = [...results];
  for (const [index, patch] of patches.entries()) {
    const result = results[index];
    if (result?.kind !== 'done' || !Object.keys(patch.values).some(isOccurrenceName)) continue;
    finished[index] = await writeSeries(place, patch, result);
  }
  return finished;
}

interface Numbered {
  readonly index: number;
  readonly exception: OccurrenceException;
}

/**
 * Deletions and changes are the same however often they are sent, so that a run that broke off in between writes all of
 * them again. EWS compares no change key when it deletes: that of the series is compared right before.
 */
async function writeSeries(
  place: WritingPlace,
  patch: Patch,
  { id, version }: { readonly id: string; readonly version: string },
): Promise<WriteResult> {
  const { session, kind, signal } = place;
  const before = await changeKeyOf(place, id);
  if (before.kind !== 'done') return before;
  if (before.version !== version) return { kind: 'conflict' };
  const series: Values = { ...patch.resulting, ...patch.values };
  const numbered = numberedExceptions(series, patch.values);
  if (numbered === null) return { kind: 'failed', failure: noSeries };
  const { update, remove } = kind.attributes(patch.tellsAttendees === true);

  const deleted = numbered.filter(({ exception }) => exception.state === 'deleted');
  for (let start = 0; start < deleted.length; start += batchSize) {
    const occurrences = deleted
      .slice(start, start + batchSize)
      .map(({ index }) => writeOccurrenceId(id, index));
    const messages = await runOperation(
      session,
      deleteItem,
      { ids: [], occurrences, attributes: remove },
      { signal },
    );
    const failure = messages.find(({ succeeded, code }) => !succeeded && !isGone.has(code));
    if (failure) return refused(failure.code);
  }
  const changed = numbered.flatMap(({ index, exception }) => {
    if (exception.state === 'deleted') return [];
    const own = ownValues(series, patch.values, exception);
    const changes = writeOccurrenceChanges(own, series, session.schema);
    return changes === '' ? [] : [{ index, changes }];
  });
  let now = await changeKeyOf(place, id);
  for (const { index, changes } of changed) {
    if (now.kind !== 'done') return now;
    // The series and its occurrences have one change key, and it moves with each of them: so one after the other.
    const occurrences = [{ reference: writeOccurrenceId(id, index, now.version), changes }];
    const messages = await runOperation(
      session,
      updateItem,
      { updates: [], occurrences, attributes: update },
      { signal },
    );
    const [message] = messages;
    // Somebody deleted it meanwhile: the series says so when it is read again.
    if (message && !message.succeeded && !isGone.has(message.code)) return refused(message.code);
    now = await changeKeyOf(place, id);
  }
  return now;
}

const isGone: ReadonlySet<string> = new Set([
  'ErrorCalendarOccurrenceIsDeletedFromRecurrence',
  'ErrorItemNotFound',
]);

const noSeries = {
  code: 'InvalidValue',
  message: 'The event has exceptions and no rule they could belong to.',
  retryable: false,
} as const;

/** Whether a patch writes a series anew, with what it was before: only so are exceptions taken back. */
export function writesSeriesAnew({ values }: Patch): boolean {
  return typeof values['recurrence'] === 'string' && whenFields.every((field) => field in values);
}

/**
 * A server may keep the exceptions of a rule that is written as it was, so the rule goes and comes again, in one request
 * that the server carries out in its order: the series is never seen without its rule.
 */
export async function rewriteSeries(place: WritingPlace, patch: Patch): Promise<WriteResult> {
  const { session, kind, signal } = place;
  const { id, version, values, resulting } = patch;
  const before = await changeKeyOf(place, id);
  if (before.kind !== 'done') return before;
  if (before.version !== version) return { kind: 'conflict' };
  const updates = [endSeries, kind.writeChanges(values, resulting, session.schema)].map((changes) => ({
    id,
    changeKey: version,
    changes,
  }));
  const attributes = kind.attributes(patch.tellsAttendees === true).update;
  const messages = await runOperation(
    session,
    updateItem,
    { updates, inSequence: true, attributes },
    { signal },
  );
  const failure = messages.find(({ succeeded }) => !succeeded);
  return failure ? refused(failure.code) : changeKeyOf(place, id);
}

async function changeKeyOf({ session, signal }: WritingPlace, id: string): Promise<WriteResult> {
  const messages = await runOperation(session, getItem, { ids: [id], properties: [] }, { signal });
  const [message] = messages;
  if (message && !message.succeeded) return refused(message.code);
  const item = onlyMessage(messages, getItem).items[0];
  return item ? done(item.id, item.changeKey) : refused('MalformedAnswer');
}

/** Exceptions of starts that the series does not have say nothing: its rule was changed since. */
function numberedExceptions(series: Values, written: Values): Numbered[] | null {
  const { recurrence, start, timeZone } = series;
  if (typeof recurrence !== 'string' || typeof start !== 'string' || typeof timeZone !== 'string')
    return null;
  const result = parseRule(recurrence, { start, timeZone });
  if ('problem' in result) return null;
  const touched = new Set(Object.keys(written).map((name) => name.split('/')[0]));
  return exceptionsOf(series)
    .filter(({ originalStart }) => touched.has(`@${originalStart}`))
    .flatMap((exception) => {
      const index = indexOfOriginalStart(result.rule, start, exception.originalStart);
      return index === null ? [] : [{ index, exception }];
    });
}

/** What was written of an occurrence; a field that has no value of its own any more takes that of the series. */
function ownValues(series: Values, written: Values, { originalStart, values }: OccurrenceException): Values {
  const prefix = `@${originalStart}/`;
  const cleared = Object.keys(written)
    .filter((name) => name.startsWith(prefix) && written[name] === null)
    .map((name) => name.slice(prefix.length));
  const span = { start: textOf(series, 'start'), end: textOf(series, 'end') };
  const fallback: Values = { ...series, start: originalStart, end: endAfter(span, originalStart) };
  const own: Record<string, Values[string]> = { ...values };
  for (const field of cleared) own[field] = fallback[field] ?? null;
  if ('start' in own || 'end' in own) {
    own['start'] ??= originalStart;
    own['end'] ??= endAfter(span, textOf(own, 'start'));
  }
  return own;
}
