import { field } from './field-spec.ts';
import type { FieldSpec } from './field-spec.ts';

const phoneLabels = {
  assistantPhone: 'Assistant phone',
  businessFax: 'Business fax',
  businessPhone: 'Business phone',
  businessPhone2: 'Business phone 2',
  callback: 'Callback',
  carPhone: 'Car phone',
  companyMainPhone: 'Company main phone',
  homeFax: 'Home fax',
  homePhone: 'Home phone',
  homePhone2: 'Home phone 2',
  isdn: 'ISDN',
  mobilePhone: 'Mobile phone',
  otherFax: 'Other fax',
  otherPhone: 'Other phone',
  pager: 'Pager',
  primaryPhone: 'Primary phone',
  radioPhone: 'Radio phone',
  telex: 'Telex',
  ttyTddPhone: 'TTY/TDD phone',
} as const;

function addressFields(kind: 'business' | 'home' | 'other', label: string): FieldSpec[] {
  return [
    field(`${kind}Street`, 'text', `${label} street`),
    field(`${kind}City`, 'text', `${label} city`),
    field(`${kind}State`, 'text', `${label} state`),
    field(`${kind}PostalCode`, 'text', `${label} postal code`),
    field(`${kind}Country`, 'text', `${label} country`),
  ];
}

/** Every field of a contact (PRODUCT 29). A street may have several lines. */
export const contactFields: readonly FieldSpec[] = [
  field('prefix', 'text', 'Title'),
  field('givenName', 'text', 'First name'),
  field('middleName', 'text', 'Middle name'),
  field('surname', 'text', 'Last name'),
  field('suffix', 'text', 'Suffix'),
  field('nickname', 'text', 'Nickname'),
  field('company', 'text', 'Company'),
  field('jobTitle', 'text', 'Job title'),
  field('department', 'text', 'Department'),
  field('email1', 'email', 'E-mail'),
  field('email2', 'email', 'E-mail 2'),
  field('email3', 'email', 'E-mail 3'),
  ...Object.entries(phoneLabels).map(([name, label]) => field(name, 'phone', label)),
  ...addressFields('business', 'Business'),
  ...addressFields('home', 'Home'),
  ...addressFields('other', 'Other'),
  field('birthday', 'date', 'Birthday'),
  field('notes', 'longText', 'Notes'),
  field('webPage', 'url', 'Web page'),
  field('categories', 'tags', 'Categories'),
  field('photo', 'photo', 'Photo'),
];
