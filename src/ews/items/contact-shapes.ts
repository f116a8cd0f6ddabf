/** Reads contacts. */
import { shapes } from '../soap-reader.ts';
import type { Shape } from '../soap-reader.ts';
import { isTrue } from '../xml-boolean.ts';
import { parseCalendarDate } from './calendar-date.ts';
import { contactPlaces } from './contact-place.ts';
import { bodyOf, categoriesShape, itemChildren, set, textOf, withLf } from './read-item.ts';
import type { ReadItem } from './read-item.ts';

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

/** Children of `<t:Contact>`. */
export const contactChildren = new Map<string, Shape<ReadItem>>([
  ...itemChildren,
  ...contactPlaces.flatMap((place): [string, Shape<ReadItem>][] =>
    place.kind === 'element' ? [[`t:${place.element}`, textOf(place.field)]] : [],
  ),
  ...shapes<ReadItem>({
    't:Body': bodyOf('notes'),
    't:Categories': categoriesShape,
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
        const date = parseCalendarDate(value);
        if (date !== undefined) item.values['birthday'] = date;
        else if (value.trim() !== '') item.unreadable.add('birthday');
      },
    },
    't:HasPicture': { text: (item, value) => (item.hasPicture = isTrue(value)) },
  }),
]);
