/** What every item of an answer has, whatever its kind. */
import type { Value } from '../../sync/model.ts';
import { fileAttachment } from './file-attachment.ts';
import type { ReadCalendar } from './event-shapes.ts';
import type { FileAttachment } from './file-attachment.ts';
import { knownExtendedProperty } from './property-path.ts';
import type { ReadRecurrence } from './recurrence-xml.ts';
import { shapes } from '../soap-reader.ts';
import type { Shape } from '../soap-reader.ts';

/** One item of an answer, with what was in it. Fields that were not in it are missing from `values`. */
export interface ReadItem {
  /** The element: Contact, DistributionList, Message, … */
  readonly element: string;
  id: string;
  changeKey: string;
  /** Empty where it was not asked for. */
  parentFolderId: string;
  itemClass: string;
  stamp: string | null;
  searchKey: string | null;
  hasPicture: boolean;
  readonly values: Record<string, Value>;
  /** Fields the answer holds in a form that we cannot take over, such as an address of a foreign kind. */
  readonly unreadable: Set<string>;
  readonly attachments: FileAttachment[];
  /** Texts of elements that make a field only together with others, by element. */
  readonly raw: Record<string, string>;
  /** Of a series. */
  recurrence: ReadRecurrence | null;
  /** Of a calendar item. */
  readonly calendar: ReadCalendar | null;
  /** Reading position. */
  at: { property: ReturnType<typeof knownExtendedProperty>; address: string };
}

export function emptyItem(element: string): ReadItem {
  return {
    element,
    id: '',
    changeKey: '',
    parentFolderId: '',
    itemClass: '',
    stamp: null,
    searchKey: null,
    hasPicture: false,
    values: {},
    unreadable: new Set(),
    attachments: [],
    raw: {},
    recurrence: null,
    calendar: element === 'CalendarItem' ? { zone: null, people: [], modified: [], deleted: [] } : null,
    at: { property: null, address: '' },
  };
}

export function set(item: ReadItem, field: string, value: string): void {
  if (value !== '') item.values[field] = value;
}

/** An element whose text is a field. */
export function textOf(field: string): Shape<ReadItem> {
  return { text: (item, value) => set(item, field, value) };
}

/** An element whose text is kept for later, under its name. */
export function rawText(element: string): Shape<ReadItem> {
  return { text: (item, value) => (item.raw[element] = value.trim()) };
}

/** The body as text, without the line ends that servers add. */
export function bodyOf(field: string): Shape<ReadItem> {
  return { text: (item, value) => set(item, field, withLf(value).replace(/\n+$/, '')) };
}

export const categoriesShape: Shape<ReadItem> = {
  children: shapes<ReadItem>({
    't:String': {
      text: (item, value) => {
        if (value === '') return;
        const tags = item.values['categories'];
        item.values['categories'] = Array.isArray(tags) ? [...(tags as string[]), value] : [value];
      },
    },
  }),
};

/** Children of any item. */
export const itemChildren = shapes<ReadItem>({
  't:ItemId': {
    open: (item, attributes) => {
      item.id = attributes['Id'] ?? '';
      item.changeKey = attributes['ChangeKey'] ?? '';
    },
  },
  't:ParentFolderId': { open: (item, attributes) => (item.parentFolderId = attributes['Id'] ?? '') },
  't:ItemClass': { text: (item, value) => (item.itemClass = value.trim()) },
  't:Attachments': {
    children: shapes<ReadItem>({
      't:FileAttachment': fileAttachment((item: ReadItem, attachment) => item.attachments.push(attachment)),
    }),
  },
  't:ExtendedProperty': {
    children: shapes<ReadItem>({
      't:ExtendedFieldURI': {
        open: (item, attributes) => (item.at.property = knownExtendedProperty(attributes)),
      },
      't:Value': {
        text: (item, value) => {
          if (value === '') return;
          if (item.at.property === 'stamp') item.stamp = value;
          else if (item.at.property === 'searchKey') item.searchKey = value.trim();
          else if (item.at.property === 'namePrefix') item.values['prefix'] = value;
        },
      },
    }),
  },
});

export function withLf(text: string): string {
  return text.includes('\r') ? text.replace(/\r\n?/g, '\n') : text;
}
