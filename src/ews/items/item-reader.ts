/** Reads the items of an answer: contacts with their fields, of everything else id, class and stamp. */
import type { Item, Value, Values } from '../../sync/model.ts';
import { shapes, within } from '../soap-reader.ts';
import type { Attributes, Shape } from '../soap-reader.ts';
import { parseBirthday } from './birthday.ts';
import { contactPlaces } from './contact-place.ts';
import { knownExtendedProperty } from './property-path.ts';

/** A FileAttachment as an answer shows it; `content` only from GetAttachment. */
export interface FileAttachment {
  id: string;
  name: string;
  contentType: string;
  sizeBytes: number;
  isContactPhoto: boolean;
  /** Base64 as sent, white space included. */
  content: string;
  /** The item it hangs on, and that item's new change key, as CreateAttachment answers them. */
  rootItemId: string;
  rootChangeKey: string;
}

/** One item of an answer, with what was in it. Fields that were not in it are missing from `values`. */
export interface ReadItem {
  /** The element: Contact, DistributionList, Message, … */
  readonly element: string;
  id: string;
  changeKey: string;
  itemClass: string;
  stamp: string | null;
  searchKey: string | null;
  hasPicture: boolean;
  isRead: boolean | null;
  readonly values: Record<string, Value>;
  /** Fields the answer holds in a form that we cannot take over, such as an address of a foreign kind. */
  readonly unreadable: Set<string>;
  readonly attachments: FileAttachment[];
  /** Reading position. */
  at: { property: ReturnType<typeof knownExtendedProperty>; address: string };
}

function emptyItem(element: string): ReadItem {
  return {
    element,
    id: '',
    changeKey: '',
    itemClass: '',
    stamp: null,
    searchKey: null,
    hasPicture: false,
    isRead: null,
    values: {},
    unreadable: new Set(),
    attachments: [],
    at: { property: null, address: '' },
  };
}

/** The item as the sync sees it: every field of `asked` is there, read and empty where the server sent nothing. */
export function itemOf(read: ReadItem, asked: Iterable<string>): Item {
  const isContact = read.element === 'Contact';
  return {
    id: read.id,
    version: read.changeKey,
    values: isContact ? completeValues(read, asked) : {},
    stamp: read.stamp,
    identity: read.searchKey,
    ownerId: null,
    skip: isContact ? null : 'unsupportedItem',
  };
}

/** The values of a contact, null for every field of `asked` that the server did not send. */
export function completeValues(read: ReadItem, asked: Iterable<string>): Values {
  const values: Record<string, Value> = {};
  for (const field of asked) {
    if (!read.unreadable.has(field)) values[field] = read.values[field] ?? null;
  }
  return values;
}

/** `<t:FileAttachment>` wherever one may stand. */
export function fileAttachment<C>(add: (context: C, attachment: FileAttachment) => void): Shape<C> {
  return within((context: C) => {
    const attachment: FileAttachment = {
      id: '',
      name: '',
      contentType: '',
      sizeBytes: 0,
      isContactPhoto: false,
      content: '',
      rootItemId: '',
      rootChangeKey: '',
    };
    add(context, attachment);
    return attachment;
  }, fileAttachmentInside);
}

const fileAttachmentInside: Shape<FileAttachment> = {
  children: shapes<FileAttachment>({
    't:AttachmentId': {
      open: (attachment, attributes) => {
        attachment.id = attributes['Id'] ?? '';
        attachment.rootItemId = attributes['RootItemId'] ?? '';
        attachment.rootChangeKey = attributes['RootItemChangeKey'] ?? '';
      },
    },
    't:Name': { text: (attachment, value) => (attachment.name = value) },
    't:ContentType': { text: (attachment, value) => (attachment.contentType = value.trim()) },
    't:Size': { text: (attachment, value) => (attachment.sizeBytes = Number(value) || 0) },
    't:IsContactPhoto': { text: (attachment, value) => (attachment.isContactPhoto = isTrue(value)) },
    't:Content': { text: (attachment, value) => (attachment.content = value) },
  }),
};

function set(item: ReadItem, field: string, value: string): void {
  if (value !== '') item.values[field] = value;
}

const fieldsByPlace = new Map<string, string>(
  contactPlaces.flatMap((place): [string, string][] => {
    if (place.kind === 'entry') return [[`${place.dictionary}:${place.key}`, place.field]];
    return place.kind === 'address' ? [[`${place.key}:${place.element}`, place.field]] : [];
  }),
);

function dictionary(name: string): Shape<ReadItem> {
  return {
    children: shapes<ReadItem>({
      't:Entry': {
        text: (item, value, attributes) => {
          const field = fieldsByPlace.get(`${name}:${attributes['Key']}`);
          if (field === undefined) return;
          // Somebody taken from the address list is stored under his X.500 name, which is no e-mail address.
          if (attributes['RoutingType'] === 'EX' || /^\/o=/i.test(value)) item.unreadable.add(field);
          else set(item, field, value);
        },
      },
    }),
  };
}

function addressPart(element: string): Shape<ReadItem> {
  return {
    text: (item, value) => {
      const field = fieldsByPlace.get(`${item.at.address}:${element}`);
      if (field !== undefined) set(item, field, withLf(value));
    },
  };
}

const itemChildren = shapes<ReadItem>({
  't:ItemId': {
    open: (item, attributes) => {
      item.id = attributes['Id'] ?? '';
      item.changeKey = attributes['ChangeKey'] ?? '';
    },
  },
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

const contactChildren = new Map<string, Shape<ReadItem>>([
  ...itemChildren,
  ...contactPlaces.flatMap((place): [string, Shape<ReadItem>][] =>
    place.kind === 'element'
      ? [[`t:${place.element}`, { text: (item, value) => set(item, place.field, value) }]]
      : [],
  ),
  ...shapes<ReadItem>({
    't:Body': { text: (item, value) => set(item, 'notes', withLf(value).replace(/\n+$/, '')) },
    't:Categories': {
      children: shapes<ReadItem>({
        't:String': {
          text: (item, value) => {
            if (value === '') return;
            const tags = item.values['categories'];
            item.values['categories'] = Array.isArray(tags) ? [...(tags as string[]), value] : [value];
          },
        },
      }),
    },
    't:EmailAddresses': dictionary('EmailAddresses'),
    't:PhoneNumbers': dictionary('PhoneNumbers'),
    't:PhysicalAddresses': {
      children: shapes<ReadItem>({
        't:Entry': {
          open: (item, attributes) => (item.at.address = attributes['Key'] ?? ''),
          children: shapes<ReadItem>({
            't:Street': addressPart('Street'),
            't:City': addressPart('City'),
            't:State': addressPart('State'),
            't:CountryOrRegion': addressPart('CountryOrRegion'),
            't:PostalCode': addressPart('PostalCode'),
          }),
        },
      }),
    },
    't:Birthday': {
      text: (item, value) => {
        const date = parseBirthday(value);
        if (date !== undefined) item.values['birthday'] = date;
        else if (value.trim() !== '') item.unreadable.add('birthday');
      },
    },
    't:HasPicture': { text: (item, value) => (item.hasPicture = isTrue(value)) },
  }),
]);

const elements = [
  'Item',
  'Message',
  'CalendarItem',
  'Contact',
  'DistributionList',
  'MeetingMessage',
  'MeetingRequest',
  'MeetingResponse',
  'MeetingCancellation',
  'Task',
  'PostItem',
] as const;

/** Children of `<m:Items>`, `<t:Create>` and the like: items of every kind. */
export function itemShapes<C>(add: (context: C, item: ReadItem) => void): ReadonlyMap<string, Shape<C>> {
  return new Map(
    elements.map((element): [string, Shape<C>] => [
      `t:${element}`,
      within(
        (context: C, _attributes: Attributes) => {
          const item = emptyItem(element);
          add(context, item);
          return item;
        },
        { children: element === 'Contact' ? contactChildren : itemChildren },
      ),
    ]),
  );
}

/** XML booleans: `true` or `1`. */
export function isTrue(value: string): boolean {
  const text = value.trim();
  return text === 'true' || text === '1';
}

function withLf(text: string): string {
  return text.includes('\r') ? text.replace(/\r\n?/g, '\n') : text;
}
