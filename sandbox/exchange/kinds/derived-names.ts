import { textValue } from '../stored-item.ts';
import type { StoredItem } from '../stored-item.ts';

const DISPLAY_NAME = 'contacts:DisplayName';
const FILE_AS = 'contacts:FileAs';
const SUBJECT = 'item:Subject';

/** Fills DisplayName, FileAs and Subject from the names, where the client gave none. */
export function fillDerivedNames(item: StoredItem): void {
  const { values } = item;
  const given = (key: string): boolean => values.has(key) && !item.derived.includes(key);
  const derived: string[] = [];
  const derive = (key: string, value: string): void => {
    if (given(key)) return;
    if (value === '') values.delete(key);
    else values.set(key, value);
    derived.push(key);
  };
  const at = (key: string): string => textValue(item, key) ?? '';
  const first = at('contacts:GivenName');
  const last = at('contacts:Surname');
  const company = at('contacts:CompanyName');
  const full = [first, at('contacts:MiddleName'), last, at('contacts:Generation')]
    .filter((part) => part !== '')
    .join(' ');
  const email = at('contacts:EmailAddress/EmailAddress1');
  derive(DISPLAY_NAME, full || company || email);
  const display = at(DISPLAY_NAME);
  if (item.kind === 'Contact')
    derive(FILE_AS, fileAs(at('contacts:FileAsMapping'), { first, last, company, display }));
  else derive(FILE_AS, display);
  derive(SUBJECT, display || at(FILE_AS));
  item.derived = sharedList(derived);
}

/** Forgets that a value was derived, once a client has set it. */
export function markGiven(item: StoredItem, keys: readonly string[]): void {
  if (!keys.some((key) => item.derived.includes(key))) return;
  item.derived = sharedList(item.derived.filter((key) => !keys.includes(key)));
}

function fileAs(
  mapping: string,
  names: {
    readonly first: string;
    readonly last: string;
    readonly company: string;
    readonly display: string;
  },
): string {
  const { first, last, company, display } = names;
  const comma = [last, first].filter((part) => part !== '').join(', ');
  switch (mapping) {
    case 'FirstSpaceLast':
      return [first, last].filter((part) => part !== '').join(' ');
    case 'LastSpaceFirst':
    case 'LastFirst':
      return [last, first].filter((part) => part !== '').join(' ');
    case 'Company':
      return company;
    case 'LastCommaFirstCompany':
      return [comma, company && `(${company})`].filter((part) => part !== '').join(' ');
    case 'CompanyLastCommaFirst':
      return [company, comma && `(${comma})`].filter((part) => part !== '').join(' ');
    case 'DisplayName':
      return display;
    case 'FirstName':
      return first;
    case 'LastName':
      return last;
    case 'Empty':
      return '';
    default:
      return comma || company || display;
  }
}

const LISTS = new Map<string, readonly string[]>();

/** Thousands of items have the same few lists: keep one of each. */
function sharedList(keys: readonly string[]): readonly string[] {
  const name = keys.join();
  const known = LISTS.get(name);
  if (known !== undefined) return known;
  LISTS.set(name, keys);
  return keys;
}
