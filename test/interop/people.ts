/** Who is in the mailboxes and in the CRM of the tests. */
import { everyPhone } from './contact-terms.ts';
import type { LibContact } from './exchangelib.ts';

/** Two pictures of one pixel. */
export const redPixel =
  '/9j/4AAQSkZJRgABAQEAYABgAAD/2wBDAAgGBgcGBQgHBwcJCQgKDBQNDAsLDBkSEw8UHRofHh0aHBwgJC4nICIsIxwcKDcpLDAxNDQ0Hyc5PTgyPC4zNDL/wAALCAABAAEBAREA/8QAFAABAAAAAAAAAAAAAAAAAAAACf/EABQQAQAAAAAAAAAAAAAAAAAAAAD/2gAIAQEAAD8AVN//2Q==';
export const bluePixel =
  '/9j/4AAQSkZJRgABAQEASABIAAD/2wBDAP//////////////////////////////////////////////////////////////////////////////////////wAALCAABAAEBAREA/8QAFAABAAAAAAAAAAAAAAAAAAAAA//EABQQAQAAAAAAAAAAAAAAAAAAAAD/2gAIAQEAAD8AR//Z';

/** A contact with everything exchangelib can write that a contact of ours has. */
export const fullContact: LibContact = {
  name_prefix: 'Dr.',
  given_name: 'Zoë',
  middle_name: 'Ann-Sophie',
  surname: "O'Brien & Søn <test>",
  generation: 'Jr.',
  nickname: 'Zo "Z" ö',
  company_name: 'Grün & Söhne <GmbH>',
  job_title: 'Ingénieure générale',
  department: 'R&D / 研究',
  business_homepage: 'https://example.org/?a=1&b=2#über',
  email_addresses: {
    EmailAddress1: 'zoe@people.example',
    EmailAddress2: 'zoe.obrien@example.org',
    EmailAddress3: 'z+o@example.net',
  },
  phone_numbers: everyPhone,
  physical_addresses: {
    Business: {
      street: 'Hauptstraße 1\nHof 2',
      city: 'München',
      state: 'BY',
      country: 'Deutschland',
      zipcode: '80331',
    },
    Home: { street: '1-2-3 Ginza', city: '東京', state: 'Tōkyō-to', country: '日本', zipcode: '104-0061' },
    Other: { country: 'Österreich' },
  },
  birthday: '1979-02-28',
  body: 'First line\nsecond <b>line</b> & "quotes"\n\n   indented, emoji 🎉, ]]> end',
  categories: ['Customer', 'Réf. & <co>'],
};

const cities = ['Berlin', 'Lyon', 'Kraków', '東京', 'Porto'] as const;

/** A plain person with a key in his address; every one is a little different. */
export function person(key: string, index = key.length): LibContact {
  return {
    given_name: `Given ${key}`,
    surname: `Surname ${key}`,
    company_name: `Company ${index % 3}`,
    job_title: 'before',
    department: 'before',
    email_addresses: { EmailAddress1: addressOf(key) },
    phone_numbers: { MobilePhone: `+49 151 ${1000 + index}`, BusinessPhone: `+49 30 ${2000 + index}` },
    physical_addresses: {
      Business: { street: `Street ${index}`, city: cities[index % cities.length] ?? '' },
    },
    birthday: `19${60 + (index % 39)}-0${1 + (index % 9)}-1${index % 10}`,
    ...(index % 2 === 0 ? { body: `Notes on ${key}\nof two lines` } : {}),
    ...(index % 3 === 0 ? { categories: ['Press', 'VIP'] } : {}),
  };
}

export function addressOf(key: string): string {
  return `${key.replace(/[^a-z]+/gi, '.')}@people.example`;
}
