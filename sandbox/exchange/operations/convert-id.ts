import { ItemError } from '../item-error.ts';
import { checkIdShape } from '../opaque-id.ts';
import type { RequestContext } from '../request-context.ts';
import { batchResponse } from '../response-message.ts';
import { escapeAttribute } from '../xml-text.ts';
import { checkSequence, requiredAttribute, requiredChild } from '../xml-tree.ts';
import type { XmlElement } from '../xml-tree.ts';

const FORMATS = ['EwsLegacyId', 'EwsId', 'EntryId', 'HexEntryId', 'StoreId', 'OwaId'];

/**
 * https://learn.microsoft.com/exchange/client-developer/web-service-reference/convertid-operation: clients use it to
 * learn the server's version. EwsId to EwsId, EntryId and HexEntryId only.
 */
export function convertId(request: XmlElement, context: RequestContext): string {
  checkSequence(request, ['m:SourceIds']);
  const format = requiredAttribute(request, 'DestinationFormat', FORMATS);
  const ids = requiredChild(request, 'm:SourceIds').children;
  return batchResponse(context, { operation: 'ConvertId' }, ids, (element) => {
    const id = requiredAttribute(element, 'Id');
    const address = requiredAttribute(element, 'Mailbox');
    if (requiredAttribute(element, 'Format', FORMATS) !== 'EwsId')
      throw new ItemError('ErrorInvalidIdMalformed');
    checkIdShape('item', id);
    if (context.store.findMailbox(address) === undefined) throw new ItemError('ErrorNonExistentMailbox');
    const converted = format === 'HexEntryId' ? Buffer.from(id, 'base64').toString('hex').toUpperCase() : id;
    return `<m:AlternateId xsi:type="t:AlternateIdType" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" Format="${format}" Id="${converted}" Mailbox="${escapeAttribute(address)}"/>`;
  });
}
