/** The opaque cursor of a list: the order it belongs to and where its page ended. */
import { z } from 'zod';
import type { ContactOrder, ContactPosition } from '../../crm/embedded/contact-list.ts';
import { Problem } from './problem.ts';

const content = z.tuple([z.string(), z.union([z.number(), z.string()]), z.string()]);

export function encodeCursor(order: ContactOrder, [key, id]: ContactPosition): string {
  return Buffer.from(JSON.stringify([order, key, id])).toString('base64url');
}

/** Throws a Problem for a cursor that is not ours or of another order. */
export function decodeCursor(order: ContactOrder, cursor: string): ContactPosition {
  const [itsOrder, key, id] = parse(cursor) ?? [];
  const keyType = order.endsWith('name') ? 'string' : 'number';
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
