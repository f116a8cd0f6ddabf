import { ItemError } from '../item-error.ts';
import { ItemWriter } from '../item-writer.ts';
import { readNewItem } from '../new-item.ts';
import { findTargetFolder } from '../references.ts';
import type { RequestContext } from '../request-context.ts';
import { batchResponse } from '../response-message.ts';
import { ID_ONLY } from '../response-shape.ts';
import { checkSequence, child, optionalAttribute, requiredChild } from '../xml-tree.ts';
import type { XmlElement } from '../xml-tree.ts';

/** https://learn.microsoft.com/exchange/client-developer/web-service-reference/createitem-operation */
export function createItem(request: XmlElement, context: RequestContext): string {
  checkSequence(request, ['m:SavedItemFolderId', 'm:Items']);
  optionalAttribute(request, 'MessageDisposition', ['SaveOnly', 'SendOnly', 'SendAndSaveCopy']);
  const { mailbox, stamp } = context;
  const writer = new ItemWriter(ID_ONLY, mailbox);
  const target = child(request, 'm:SavedItemFolderId');
  // A schema violation anywhere refuses the whole request: read all before storing one.
  const elements = requiredChild(request, 'm:Items').children;
  const read = new Map(elements.map((element) => [element, attempt(() => readNewItem(element))]));
  return batchResponse(context, { operation: 'CreateItem', onError: '<m:Items/>' }, elements, (element) => {
    const item = read.get(element);
    if (item === undefined || item instanceof ItemError)
      throw item ?? new ItemError('ErrorInternalServerError');
    const folder =
      target === undefined ? mailbox.distinguishedFolder('contacts') : findTargetFolder(target, context);
    if (folder === undefined) throw new ItemError('ErrorFolderNotFound');
    return `<m:Items>${writer.write(mailbox.addItem(folder, item, stamp))}</m:Items>`;
  });
}

function attempt<T>(read: () => T): T | ItemError {
  try {
    return read();
  } catch (error) {
    if (error instanceof ItemError) return error;
    throw error;
  }
}
