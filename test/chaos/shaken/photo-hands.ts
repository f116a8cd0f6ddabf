import type { Sandbox } from '../../../sandbox/exchange/server.ts';
import type { Item, Photo } from '../../../src/sync/model.ts';

/** As a mail program saves it, in one go. False: somebody changed or deleted the contact since it was seen. */
export function replacePhoto({ store }: Sandbox, address: string, seen: Item, photo: Photo): boolean {
  const present = store.contacts(address).find(({ id }) => id === seen.id);
  if (present?.changeKey !== seen.version) return false;
  const { mailbox, item } = store.locate(seen.id);
  const stamp = { at: store.now().getTime(), by: mailbox.name };
  for (const attachment of item.attachments)
    if (attachment.type === 'file' && attachment.isContactPhoto) mailbox.detach(item, attachment);
  const plain = { contentId: undefined, contentLocation: undefined, isInline: false };
  const { mediaType, content } = photo;
  mailbox.attach(
    item,
    {
      ...plain,
      type: 'file',
      name: 'ContactPicture.png',
      contentType: mediaType,
      isContactPhoto: true,
      content: Buffer.from(content, 'base64'),
    },
    stamp,
  );
  mailbox.touchItem(item, stamp);
  return true;
}
