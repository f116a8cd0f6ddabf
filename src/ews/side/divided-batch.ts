/** Finds the item that makes a server refuse a whole batch, so that it alone fails. */
import { RemoteError } from '../../errors.ts';

export interface DividedBatch<Item, Result> {
  readonly items: readonly Item[];
  /** One result an item, in order. `again`: an earlier attempt at these items was refused, perhaps after the work was done. */
  readonly send: (items: readonly Item[], again: boolean) => Promise<readonly Result[]>;
  /** The result of an item that is refused even alone. */
  readonly blame: (item: Item, error: RemoteError) => Result | Promise<Result>;
  /** A trivial request on a fresh connection; throws when the server is down, and no item is to blame then. */
  readonly probe: () => Promise<void>;
  /** Errors that dividing may get around; `isRefusedWhole` as a rule. */
  readonly divides: (error: RemoteError) => boolean;
}

const refusedWholeCodes: ReadonlySet<string> = new Set([
  'NotSoap',
  'EmptyResponse',
  'ServerError',
  'TruncatedResponse',
  'ConnectionLost',
  'Timeout',
  'ResponseTooLarge',
  'RequestTooLarge',
  'MalformedAnswer',
  'SoapFault',
  'ErrorSchemaValidation',
  'ErrorInvalidRequest',
  'ErrorInternalServerError',
]);

/** True where one item may be the reason that all were refused. */
export function isRefusedWhole(error: RemoteError): boolean {
  return refusedWholeCodes.has(error.code);
}

/**
 * Sends a batch; when it is refused as a whole, once more on a fresh connection, then in halves. Throws the RemoteError
 * when the server is down, or when each of several items is refused: then it is not the items.
 */
export async function sendDivided<Item, Result>(batch: DividedBatch<Item, Result>): Promise<Result[]> {
  try {
    return [...(await batch.send(batch.items, false))];
  } catch (error) {
    if (!(error instanceof RemoteError && batch.divides(error))) throw error;
  }
  await batch.probe();
  let lastError: RemoteError | null = null;
  let refusedItems = 0;
  const divide = async (items: readonly Item[]): Promise<Result[]> => {
    let refusal: RemoteError;
    try {
      return [...(await batch.send(items, true))];
    } catch (error) {
      if (!(error instanceof RemoteError && batch.divides(error))) throw error;
      refusal = error;
    }
    const [first] = items;
    if (items.length === 1 && first !== undefined) {
      lastError = refusal;
      refusedItems++;
      return [await batch.blame(first, refusal)];
    }
    const middle = Math.ceil(items.length / 2);
    return [...(await divide(items.slice(0, middle))), ...(await divide(items.slice(middle)))];
  };
  const results = await divide(batch.items);
  if (lastError !== null && batch.items.length > 1 && refusedItems === batch.items.length) {
    throw lastError as RemoteError;
  }
  return results;
}

/** In pieces of at most `size`, in order. */
export function piecesOf<Item>(items: readonly Item[], size: number): Item[][] {
  const pieces: Item[][] = [];
  for (let start = 0; start < items.length; start += size) pieces.push(items.slice(start, start + size));
  return pieces;
}
