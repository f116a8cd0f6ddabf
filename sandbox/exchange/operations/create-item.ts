import { ItemError } from '../item-error.ts';
import { ItemWriter } from '../item-writer.ts';
import { kindOf } from '../kind-registry.ts';
import { itemKind, readNewItem } from '../new-item.ts';
import { findTargetFolder } from '../references.ts';
import type { RequestContext } from '../request-context.ts';
import { batchResponse } from '../response-message.ts';
import { RESPONSE_OBJECTS } from '../response-objects.ts';
import { ID_ONLY } from '../response-shape.ts';
import type { StoredFolder } from '../stored-folder.ts';
import type { NewItem, StoredItem } from '../stored-item.ts';
import { checkSequence, child, optionalAttribute, requiredChild } from '../xml-tree.ts';
import type { XmlElement } from '../xml-tree.ts';

const DISPOSITIONS = ['SaveOnly', 'SendOnly', 'SendAndSaveCopy'];
const INVITATIONS = ['SendToNone', 'SendOnlyToAll', 'SendToAllAndSaveCopy'];

/** https://learn.microsoft.com/exchange/client-developer/web-service-reference/createitem-operation */
export function createItem(request: XmlElement, context: RequestContext): string {
  checkSequence(request, ['m:SavedItemFolderId', 'm:Items']);
  optionalAttribute(request, 'MessageDisposition', DISPOSITIONS);
  optionalAttribute(request, 'SendMeetingInvitations', INVITATIONS);
  const writer = new ItemWriter(ID_ONLY, context.mailbox);
  const target = child(request, 'm:SavedItemFolderId');
  const elements = requiredChild(request, 'm:Items').children;
  // A schema violation anywhere refuses the whole request: read all before storing one.
  const read = new Map(
    elements.map((element) => [element, attempt(() => readElement(element, request, context))]),
  );
  return batchResponse(context, { operation: 'CreateItem', onError: '<m:Items/>' }, elements, (element) => {
    const item = read.get(element);
    if (item instanceof ItemError) throw item;
    const folder = target === undefined ? undefined : findTargetFolder(target, context);
    const respond = RESPONSE_OBJECTS.get(element.name);
    const made =
      respond !== undefined
        ? respond(element, { folder, request }, context)
        : item === undefined
          ? []
          : store(item, { folder, request }, context);
    return `<m:Items>${made.map((one) => writer.write(one)).join('')}</m:Items>`;
  });
}

/** Undefined for a response object, which is read when its turn comes. */
function readElement(element: XmlElement, request: XmlElement, context: RequestContext): NewItem | undefined {
  if (RESPONSE_OBJECTS.has(element.name)) return undefined;
  itemKind(element).checkCreate?.(request);
  return readNewItem(element, context);
}

function store(
  item: NewItem,
  place: { readonly folder: StoredFolder | undefined; readonly request: XmlElement },
  context: RequestContext,
): readonly StoredItem[] {
  const kind = kindOf(item);
  if (kind.create !== undefined) return kind.create(item, place, context);
  const folder = place.folder ?? context.mailbox.distinguishedFolder(kind.homeFolder);
  if (folder === undefined) throw new ItemError('ErrorFolderNotFound');
  return [context.mailbox.addItem(folder, item, context.stamp)];
}

function attempt<T>(read: () => T): T | ItemError {
  try {
    return read();
  } catch (error) {
    if (error instanceof ItemError) return error;
    throw error;
  }
}
