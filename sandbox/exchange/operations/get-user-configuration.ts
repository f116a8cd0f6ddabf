import { ItemError } from '../item-error.ts';
import { findFolder } from '../references.ts';
import type { RequestContext } from '../request-context.ts';
import { batchResponse } from '../response-message.ts';
import { requiredChild } from '../xml-tree.ts';
import type { XmlElement } from '../xml-tree.ts';

/**
 * https://learn.microsoft.com/exchange/client-developer/web-service-reference/getuserconfiguration-operation: this server
 * keeps no configuration objects, so that a folder it has never has one.
 */
export function getUserConfiguration(request: XmlElement, context: RequestContext): string {
  return batchResponse(context, { operation: 'GetUserConfiguration' }, [request], () => {
    const [folder] = requiredChild(request, 'm:UserConfigurationName').children;
    if (folder !== undefined) findFolder(folder, context);
    throw new ItemError('ErrorItemNotFound');
  });
}
