/** Reads the exceptions of series, which are items of their own under the series. */
import type { Values } from '../../sync/model.ts';
import { exceptionProperties } from '../items/event-kind.ts';
import { withExceptions } from '../items/event-values.ts';
import type { ReadItem } from '../items/read-item.ts';
import { getItem } from '../operations/get-item.ts';
import { runOperation } from '../operations/run-operation.ts';
import type { EwsSession, RunOptions } from '../operations/run-operation.ts';
import { failureOf } from '../response-codes.ts';
import type { Failure } from '../../sync/ports.ts';
import { isRefusedWhole, piecesOf, sendDivided } from './divided-batch.ts';
import { probe } from './mailbox-folders.ts';

const batchSize = 50;

type ExceptionAnswer =
  | { readonly kind: 'read'; readonly read: ReadItem }
  /** It went between two requests: the series has changed and comes again. */
  | { readonly kind: 'gone' }
  | { readonly kind: 'failed'; readonly failure: Failure };

/** A series with its exceptions, or why one of them could not be read. */
export type WholeSeries =
  | { readonly kind: 'values'; readonly values: Values }
  | { readonly kind: 'failed'; readonly failure: Failure };

/** Each series with its exceptions. */
export async function readExceptions(
  session: EwsSession,
  series: ReadonlyMap<ReadItem, Values>,
  options: RunOptions,
): Promise<Map<ReadItem, WholeSeries>> {
  const ids = [...series.keys()].flatMap((read) => (read.calendar?.modified ?? []).map(({ id }) => id));
  const answers = new Map<string, ExceptionAnswer>();
  for (const some of piecesOf(ids, batchSize)) {
    const request = { ids: some, properties: exceptionProperties(session.schema) };
    const results = await sendDivided<string, ExceptionAnswer>({
      items: some,
      send: async (part, again) => {
        const messages = await runOperation(
          session,
          getItem,
          { ...request, ids: part },
          { ...options, freshConnection: again },
        );
        return messages.map((message): ExceptionAnswer => {
          const read = message.answer.items[0];
          if (message.succeeded && read) return { kind: 'read', read };
          if (message.code === 'ErrorItemNotFound') return { kind: 'gone' };
          return { kind: 'failed', failure: failureOf(message.succeeded ? 'MalformedAnswer' : message.code) };
        });
      },
      blame: (_id, { code, message, retryable }) => ({
        kind: 'failed',
        failure: { code, message, retryable },
      }),
      probe: () => probe(session, options.signal),
      divides: isRefusedWhole,
    });
    some.forEach((id, index) => {
      const answer = results[index];
      if (answer) answers.set(id, answer);
    });
  }
  return new Map(
    [...series].map(([read, values]): [ReadItem, WholeSeries] => {
      const own = (read.calendar?.modified ?? []).flatMap(({ id }) => answers.get(id) ?? []);
      const failed = own.find((answer) => answer.kind === 'failed');
      if (failed) return [read, failed];
      const reads = own.flatMap((answer) => (answer.kind === 'read' ? [answer.read] : []));
      return [read, { kind: 'values', values: withExceptions(values, read, reads) }];
    }),
  );
}
