import type { Module, Photo, Values } from '../src/sync/model.ts';

const given = ['Anna', 'Bruno', 'Céline', 'Dmitri', 'Esra', 'Françoise', 'Göran', 'Hiroko', '伟', 'Łukasz'];
const family = ['Nowak', 'Schäfer', 'O’Neill', 'Rossi', 'Ito', 'Lefèvre', 'Ångström', 'Papadopoulos', '王'];

/** 20 kB of bytes that do not compress, the same for the same number: a picture as far as any server can tell. */
function photo(number: number): Photo {
  const bytes = Buffer.alloc(20_000);
  let state = (number + 1) >>> 0;
  for (let index = 0; index < bytes.length; index += 1) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    bytes[index] = state >>> 24;
  }
  bytes.set([0xff, 0xd8, 0xff, 0xe0]);
  return { mediaType: 'image/jpeg', content: bytes.toString('base64') };
}

/** The field a benchmark edits: one that every record has. */
export const editedField: Readonly<Record<Module, string>> = {
  contacts: 'jobTitle',
  tasks: 'subject',
  events: 'location',
};

/** A record with about as many fields filled as people fill. */
export function crmRecord(module: Module, number: number, withPhoto: boolean): Values {
  switch (module) {
    case 'contacts':
      return contact(number, withPhoto);
    case 'tasks':
      return task(number);
    case 'events':
      return event(number);
  }
}

const statuses = ['notStarted', 'inProgress', 'waitingOnOthers', 'deferred'];

function task(number: number): Values {
  const due = day(number % 700);
  return {
    subject: `Call ${family[number % family.length] ?? ''} back about ${number}`,
    notes: `Line one about ${number}.\nLine two, with <brackets> & ampersands.`,
    startDate: day((number % 700) - 3),
    dueDate: due,
    status: statuses[number % statuses.length] ?? '',
    priority: number % 5 === 0 ? 'high' : 'normal',
    ...(number % 3 === 0 ? { reminder: `${due}T08:00:00Z` } : {}),
    ...(number % 20 === 0 ? { recurrence: 'FREQ=MONTHLY;BYMONTHDAY=1' } : {}),
    categories: ['Customer'],
  };
}

/** One of ten is a series, one of five of those has a deleted occurrence and one that was moved. */
function event(number: number): Values {
  const date = day(number % 700);
  const hour = String(8 + (number % 9)).padStart(2, '0');
  const isSeries = number % 10 === 0;
  const later = (days: number): string => `${day((number % 700) + days)}T${hour}:00:00`;
  return {
    subject: `Meeting about ${number}`,
    start: `${date}T${hour}:00:00`,
    end: `${date}T${hour}:45:00`,
    timeZone: 'Europe/Berlin',
    location: `Room <${number % 40}>`,
    body: `Line one about ${number}.\nLine two, with <brackets> & ampersands.`,
    reminder: '15',
    busyState: number % 7 === 0 ? 'tentative' : 'busy',
    categories: ['Customer'],
    ...(isSeries ? { recurrence: 'FREQ=WEEKLY;COUNT=12' } : {}),
    ...(number % 50 === 0
      ? {
          [`@${later(14)}`]: 'deleted',
          [`@${later(21)}`]: 'changed',
          [`@${later(21)}/start`]: later(22),
          [`@${later(21)}/end`]: later(22).replace(':00:00', ':45:00'),
        }
      : {}),
  };
}

/** `YYYY-MM-DD`, so many days after 2025-01-01. */
function day(days: number): string {
  return new Date(Date.UTC(2025, 0, 1 + days)).toISOString().slice(0, 10);
}

function contact(number: number, withPhoto: boolean): Values {
  return {
    givenName: given[number % given.length] ?? '',
    surname: `${family[number % family.length] ?? ''}-${number}`,
    company: `Company ${number % 500}`,
    jobTitle: 'Purchasing',
    department: 'Operations & Logistics',
    email1: `person.${number}@example.com`,
    email2: `p${number}@example.org`,
    businessPhone: `+49 30 ${1_000_000 + number}`,
    mobilePhone: `+49 171 ${2_000_000 + number}`,
    businessStreet: `Hauptstraße ${number % 200}`,
    businessCity: 'Berlin',
    businessPostalCode: String(10_000 + (number % 3_000)),
    businessCountry: 'Germany',
    birthday: `19${50 + (number % 50)}-0${1 + (number % 9)}-${10 + (number % 18)}`,
    webPage: `https://example.com/people/${number}?a=1&b=2`,
    notes: `Line one about ${number}.\nLine two, with <brackets> & ampersands.`,
    categories: ['Customer', 'Newsletter'],
    ...(withPhoto ? { photo: photo(number) } : {}),
  };
}
