import type { Photo, Values } from '../src/sync/model.ts';

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

/** A contact with about as many fields filled as people fill. */
export function crmRecord(owner: number, index: number, withPhoto: boolean): Values {
  const number = owner * 100_000 + index;
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
