import type { ItemKind } from '../items/item-kind.ts';
import type { EwsSession } from '../operations/run-operation.ts';

/** One folder of one mailbox, for the time of one call. */
export interface WritingPlace {
  readonly session: EwsSession;
  readonly kind: ItemKind;
  readonly folderId: string;
  readonly signal?: AbortSignal | undefined;
}
