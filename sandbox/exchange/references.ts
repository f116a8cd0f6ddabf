/** Finding what the ids of a request name, in the mailbox it acts on. */
import { findByOccurrence } from './calendar/occurrence-reference.ts';
import { DISTINGUISHED_IDS } from './first-folders.ts';
import { ItemError } from './item-error.ts';
import { checkIdShape } from './opaque-id.ts';
import type { RequestContext } from './request-context.ts';
import { schemaFault } from './soap-fault.ts';
import type { StoredFolder } from './stored-folder.ts';
import type { StoredItem } from './stored-item.ts';
import { child, childText, requiredAttribute } from './xml-tree.ts';
import type { XmlElement } from './xml-tree.ts';

/** The folder of a t:FolderId or t:DistinguishedFolderId; `notFound` is the code when there is none. */
export function findFolder(
  element: XmlElement,
  context: RequestContext,
  notFound = 'ErrorFolderNotFound',
): StoredFolder {
  const id = requiredAttribute(element, 'Id');
  const { mailbox, store } = context;
  if (element.name === 't:DistinguishedFolderId') {
    if (!DISTINGUISHED_IDS.has(id)) {
      throw schemaFault(
        `The 'Id' attribute is invalid - The value '${id}' is invalid according to its datatype ` +
          "'http://schemas.microsoft.com/exchange/services/2006/types:DistinguishedFolderIdNameType' - " +
          'The Enumeration constraint failed.',
        element,
      );
    }
    const owner = child(element, 't:Mailbox');
    const address = owner === undefined ? undefined : childText(owner, 't:EmailAddress');
    if (address !== undefined && store.findMailbox(address) !== mailbox) {
      throw new ItemError(
        store.findMailbox(address) === undefined ? 'ErrorNonExistentMailbox' : 'ErrorAccessDenied',
      );
    }
    const folder = mailbox.distinguishedFolder(id);
    if (folder === undefined) throw new ItemError(notFound);
    return folder;
  }
  if (element.name !== 't:FolderId') throw schemaFault(`'${element.name}' is not a folder id.`, element);
  checkIdShape('folder', id);
  const serial = mailbox.ids.read('folder', id);
  const folder = serial === undefined ? undefined : mailbox.folders.get(serial);
  if (folder === undefined) throw new ItemError(notFound);
  return folder;
}

/** The one folder inside a wrapper such as m:ParentFolderId. */
export function findTargetFolder(
  wrapper: XmlElement,
  context: RequestContext,
  notFound?: string,
): StoredFolder {
  const element = wrapper.children[0];
  if (element === undefined)
    throw schemaFault(`The element '${wrapper.name}' has incomplete content.`, wrapper);
  return findFolder(element, context, notFound);
}

export function findItem(element: XmlElement, context: RequestContext): StoredItem {
  const occurrence = findByOccurrence(element, context);
  if (occurrence !== undefined) return occurrence;
  if (element.name !== 't:ItemId') throw schemaFault(`'${element.name}' is not an item id.`, element);
  const id = requiredAttribute(element, 'Id');
  checkIdShape('item', id);
  const { mailbox } = context;
  const serial = mailbox.ids.read('item', id);
  const item = serial === undefined ? undefined : mailbox.items.get(serial);
  if (item === undefined) throw new ItemError('ErrorItemNotFound');
  return item;
}
