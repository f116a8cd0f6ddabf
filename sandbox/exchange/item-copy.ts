import type { EmbeddedItem, NewAttachment, NewItem, StoredAttachment } from './stored-item.ts';

/** An attachment as it can be hung on another item. */
export function unnumbered(attachment: StoredAttachment): NewAttachment {
  if (attachment.type === 'file') return attachment;
  const { kind, values, attachments } = attachment.item;
  return { ...attachment, item: { kind, values: new Map(values), attachments: attachments.map(unnumbered) } };
}

/** The items inside attachments, at any depth. */
export function* embedded(attachments: readonly StoredAttachment[]): Generator<EmbeddedItem> {
  for (const one of attachments) {
    if (one.type !== 'item') continue;
    yield one.item;
    yield* embedded(one.item.attachments);
  }
}

/** A stored item to make another one of. */
export function asNew(item: EmbeddedItem): NewItem {
  return { kind: item.kind, values: new Map(item.values), attachments: item.attachments.map(unnumbered) };
}
