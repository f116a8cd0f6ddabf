/** The opaque cursor of a list: the order it belongs to and where its page ended. */
import { z } from 'zod';
import type { RecordPosition } from '../../crm/embedded/record-list.ts';
import { Problem } from './problem.ts';

const content = z.tuple([z.string(), z.union([z.number(), z.string()]), z.string()]);

/** Orders that go by a text; the others go by a number. */
const textOrders: ReadonlySet<string> = new Set(['name', 'due']);

export function encodeCursor(order: string, [key, id]: RecordPosition): string {
  return Buffer.from(JSON.stringify([order, key, id])).toString('base64url');
}

/** Throws a Problem for a cursor that is not ours or of another order. */
export function decodeCursor(order: string, cursor: string): RecordPosition {
  const [itsOrder, key, id] = parse(cursor) ?? [];
  const keyType = textOrders.has(order.replace(/^-/, '')) ? 'string' : 'number';
  if (itsOrder !== order || key === undefined || id === undefined || typeof key !== keyType) {
    throw new Problem(400, 'query-invalid', {
      errors: [{ field: 'cursor', message: 'not a cursor of a list in this order' }],
    });
  }
  return [key, id];
}

function parse(cursor: string): z.infer<typeof content> | null {
  try {
    return content.parse(JSON.parse(Buffer.from(cursor, 'base64url').toString()));
  } catch {
    return null; // Whatever is wrong with it, the caller is told the same.
  }
}
