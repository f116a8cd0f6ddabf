import type { RequestContext } from '../request-context.ts';
import type { XmlElement } from '../xml-tree.ts';
import { relocate } from './move-item.ts';

/** https://learn.microsoft.com/exchange/client-developer/web-service-reference/copyitem-operation */
export function copyItem(request: XmlElement, context: RequestContext): string {
  return relocate(request, context, 'CopyItem');
}
