/** What a response message means for one write. */
import type { RemoteError } from '../../errors.ts';
import type { Failure, WriteResult } from '../../sync/ports.ts';
import type { ItemList } from '../operations/item-list.ts';
import type { ResponseMessage } from '../operations/operation.ts';
import { failureOf, isConflict } from '../response-codes.ts';

function failed(failure: Failure): WriteResult {
  return { kind: 'failed', failure };
}

/** The item at which the server stumbles even alone. */
export function failedBy(error: RemoteError): WriteResult {
  return failed({ code: error.code, message: error.message, retryable: error.retryable });
}

export function unwritable(field: string): WriteResult {
  return failed({
    code: 'InvalidValue',
    message: `The field ${field} holds no value that Exchange could store.`,
    retryable: false,
  });
}

export function done(id: string, version: string): WriteResult {
  return { kind: 'done', id, version, identity: null };
}

/** The result of a failed message. */
export function refused(code: string): WriteResult {
  if (code === 'ErrorItemNotFound') return { kind: 'gone' };
  if (isConflict(code)) return { kind: 'conflict' };
  return failed(failureOf(code));
}

/** Of CreateItem and UpdateItem: id and change key of the one item. */
export function resultOf(message: ResponseMessage<ItemList>): WriteResult {
  const item = message.answer.items[0];
  if (message.succeeded && item) return done(item.id, item.changeKey);
  return refused(message.succeeded ? 'MalformedAnswer' : message.code);
}
