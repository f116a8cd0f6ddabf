/** Who and what the demo shows: three people, their mailboxes, and what the CRM knows already. */
import type { Values } from '../sync/model.ts';

export const demoUsers = [
  { name: 'Alice Martin', email: 'alice@example.test', profile: 'administrator' },
  { name: 'Bob Okafor', email: 'bob@example.test', profile: 'standard' },
  { name: 'Carol Lindqvist', email: 'carol@example.test', profile: 'standard' },
] as const;

export const demoAccounts = [
  ...demoUsers.map(({ email }) => ({ name: nameOf(email), address: email, password: nameOf(email) })),
  {
    name: 'svc',
    address: 'svc@example.test',
    password: 'svc',
    impersonates: demoUsers.map(({ email }) => email as string),
  },
];

function nameOf(email: string): string {
  return email.slice(0, email.indexOf('@'));
}

const givenNames = [
  'Amina',
  'Björn',
  'Chloé',
  'Daichi',
  'Elif',
  'Fatou',
  'Giorgos',
  'Hanna',
  'Ivan',
  'Júlia',
  '健',
  'مريم',
];
const surnames = [
  'Adeyemi',
  'Bergström',
  'Costa',
  "D'Angelo",
  'Eriksen',
  'Fischer',
  'García',
  'Horváth',
  '田中',
  'حداد',
];
const companies = [
  'Northwind Traders',
  'Müller & Söhne <GmbH>',
  'Globex',
  'Aurora Biotech',
  'Café Central',
  'Initech',
];
const titles = ['Buyer', 'Head of Operations', 'Ingénieure', 'Sales Director', 'Office Manager'];

function pick<T>(list: readonly [T, ...T[]] | readonly T[], index: number): T {
  return list[index % list.length] as T;
}

/** The `index`-th record of the `owner`-th user; the same every time, and no two with the same address. */
export function demoRecord(owner: number, index: number): Values {
  const number = owner * 1000 + index;
  return {
    givenName: pick(givenNames, number * 5 + owner),
    surname: pick(surnames, number * 3 + owner),
    company: pick(companies, number),
    jobTitle: pick(titles, number + owner),
    email1: `contact.${number}@crm.example.test`,
    mobilePhone: `+49 151 ${String(5_550_000 + number)}`,
    businessCity: pick(['Berlin', 'Lyon', 'Kraków', 'Porto'], number),
    notes: index % 4 === 0 ? 'Met at the trade fair.\nPrefers calls in the morning.' : null,
    categories: index % 3 === 0 ? ['Customer'] : null,
    birthday: index % 5 === 0 ? `19${String(60 + (number % 39))}-0${1 + (number % 9)}-1${number % 10}` : null,
  };
}

/** What the `owner`-th user has to do. */
export function demoTasks(owner: number): Values[] {
  return [
    { subject: `Quote for ${pick(companies, owner)}`, dueDate: '2026-12-04', priority: 'high' },
    {
      subject: 'Prepare the trade fair',
      startDate: '2026-12-01',
      dueDate: '2027-01-15',
      status: 'inProgress',
    },
    { subject: `Call ${pick(givenNames, owner)}`, dueDate: '2026-11-30', reminder: '2026-11-30T08:00:00Z' },
  ];
}

/** Where the `owner`-th user has to be. */
export function demoEvents(owner: number): Values[] {
  return [
    {
      subject: `Visit to ${pick(companies, owner + 2)}`,
      start: '2026-12-03T10:00:00',
      end: '2026-12-03T11:30:00',
      timeZone: 'Europe/Berlin',
      location: pick(['Berlin', 'Lyon', 'Kraków', 'Porto'], owner),
    },
    {
      subject: 'Pipeline review',
      start: '2026-12-07T09:00:00',
      end: '2026-12-07T09:45:00',
      timeZone: 'Europe/Berlin',
      recurrence: 'FREQ=WEEKLY;BYDAY=MO;COUNT=8',
      '@2026-12-28T09:00:00': 'deleted',
    },
    { subject: 'Trade fair', start: '2027-01-19', end: '2027-01-22', timeZone: 'Europe/Berlin' },
  ];
}
