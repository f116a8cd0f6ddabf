import { readCalendarView, takeView } from '../calendar/calendar-view.ts';
import { requestZone } from '../calendar/request-zone.ts';
import { readItemRestriction, sortItems } from '../item-search.ts';
import { ItemWriter } from '../item-writer.ts';
import { ItemError } from '../item-error.ts';
import { pageAttributes, readPage, takePage } from '../page-view.ts';
import { findFolder } from '../references.ts';
import type { RequestContext } from '../request-context.ts';
import { batchResponse } from '../response-message.ts';
import { readItemShape } from '../response-shape.ts';
import type { StoredItem } from '../stored-item.ts';
import { checkSequence, child, requiredAttribute, requiredChild } from '../xml-tree.ts';
import type { XmlElement } from '../xml-tree.ts';

/** https://learn.microsoft.com/exchange/client-developer/web-service-reference/finditem-operation */
export function findItems(request: XmlElement, context: RequestContext): string {
  checkSequence(request, [
    ...['m:ItemShape', 'm:IndexedPageItemView', 'm:FractionalPageItemView', 'm:SeekToConditionPageItemView'],
    ...[
      'm:CalendarView',
      'm:ContactsView',
      'm:GroupBy',
      'm:DistinguishedGroupBy',
      'm:Restriction',
      'm:SortOrder',
    ],
    ...['m:ParentFolderIds', 'm:QueryString'],
  ]);
  const { mailbox } = context;
  const traversal = requiredAttribute(request, 'Traversal', ['Shallow', 'SoftDeleted', 'Associated']);
  const writer = new ItemWriter(readItemShape(request, 'list', context.release), mailbox);
  const view = readPage(child(request, 'm:IndexedPageItemView'), context);
  const parents = requiredChild(request, 'm:ParentFolderIds').children;
  const calendarView = child(request, 'm:CalendarView');
  return batchResponse(context, { operation: 'FindItem' }, parents, (id) => {
    checkSupported(request);
    const folder = findFolder(id, context);
    if (calendarView !== undefined) {
      const page = takeView(folder, readCalendarView(calendarView, requestZone(context.header)));
      const items = page.entries.map((item) => writer.write(item)).join('');
      return `<m:RootFolder ${page.attributes}><t:Items>${items}</t:Items></m:RootFolder>`;
    }
    const matches = readItemRestriction(child(request, 'm:Restriction'), mailbox);
    const found: StoredItem[] = [];
    if (traversal === 'Shallow') for (const item of folder.log.items()) if (matches(item)) found.push(item);
    const page = takePage(sortItems(found, child(request, 'm:SortOrder'), mailbox), view);
    let items = '';
    for (const item of page.entries) items += writer.write(item);
    return `<m:RootFolder ${pageAttributes(page)}><t:Items>${items}</t:Items></m:RootFolder>`;
  });
}

function checkSupported(request: XmlElement): void {
  for (const name of [
    ...['m:FractionalPageItemView', 'm:SeekToConditionPageItemView', 'm:ContactsView'],
    ...['m:GroupBy', 'm:DistinguishedGroupBy', 'm:QueryString'],
  ]) {
    const element = child(request, name);
    if (
      element !== undefined &&
      element.text.trim() + element.children.length + Object.keys(element.attributes).length !== '00'
    ) {
      throw new ItemError('ErrorInvalidOperation', `This server knows no ${name.slice(2)}.`);
    }
  }
}
