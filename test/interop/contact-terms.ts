/** What the CRM calls what exchangelib calls otherwise, written out by hand: the tests expect it of our code. */
import type { Values } from '../../src/sync/model.ts';
import type { LibContact } from './exchangelib.ts';

const texts = {
  name_prefix: 'prefix',
  given_name: 'givenName',
  middle_name: 'middleName',
  surname: 'surname',
  generation: 'suffix',
  nickname: 'nickname',
  company_name: 'company',
  job_title: 'jobTitle',
  department: 'department',
  business_homepage: 'webPage',
  birthday: 'birthday',
  body: 'notes',
} as const;

const emails = { EmailAddress1: 'email1', EmailAddress2: 'email2', EmailAddress3: 'email3' };

const phones = {
  AssistantPhone: 'assistantPhone',
  BusinessFax: 'businessFax',
  BusinessPhone: 'businessPhone',
  BusinessPhone2: 'businessPhone2',
  Callback: 'callback',
  CarPhone: 'carPhone',
  CompanyMainPhone: 'companyMainPhone',
  HomeFax: 'homeFax',
  HomePhone: 'homePhone',
  HomePhone2: 'homePhone2',
  Isdn: 'isdn',
  MobilePhone: 'mobilePhone',
  OtherFax: 'otherFax',
  OtherTelephone: 'otherPhone',
  Pager: 'pager',
  PrimaryPhone: 'primaryPhone',
  RadioPhone: 'radioPhone',
  Telex: 'telex',
  TtyTddPhone: 'ttyTddPhone',
};

const addresses = { Business: 'business', Home: 'home', Other: 'other' };
const parts = { street: 'Street', city: 'City', state: 'State', country: 'Country', zipcode: 'PostalCode' };

/** The values of the CRM record that stands for this contact. */
export function asRecord(contact: LibContact): Values {
  const values: Record<string, Values[string]> = {};
  const take = (name: string, value: Values[string] | undefined): void => {
    if (value !== undefined) values[name] = value;
  };
  for (const [theirs, ours] of Object.entries(texts)) take(ours, contact[theirs as keyof typeof texts]);
  for (const [theirs, ours] of Object.entries(emails)) take(ours, contact.email_addresses?.[theirs]);
  for (const [theirs, ours] of Object.entries(phones)) take(ours, contact.phone_numbers?.[theirs]);
  for (const [kind, prefix] of Object.entries(addresses)) {
    for (const [theirs, ours] of Object.entries(parts)) {
      take(`${prefix}${ours}`, contact.physical_addresses?.[kind]?.[theirs]);
    }
  }
  take('categories', contact.categories);
  const [picture] = contact.photo ?? [];
  if (picture !== undefined) values['photo'] = { mediaType: 'image/jpeg', content: picture };
  return values;
}

/** Every label exchangelib knows, each with a value of its own: what a contact can hold at most. */
export const everyPhone: Readonly<Record<string, string>> = Object.fromEntries(
  Object.keys(phones).map((label, index) => [label, `+49 30 90${String(10 + index)} 4711`]),
);
