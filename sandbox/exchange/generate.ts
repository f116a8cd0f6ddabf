import type { ExchangeStore } from './exchange-store.ts';
import { CITIES, COMPANIES, JOBS, NAMES, NOTES } from './name-pool.ts';
import type { PropertyValue } from './stored-item.ts';

const DAY_MS = 86_400_000;

/** A small, fast source of repeatable numbers in [0, 1) (mulberry32). */
function numbersFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** Puts believable contacts into a mailbox: the same ones for the same seed. */
export function fillMailbox(
  store: ExchangeStore,
  address: string,
  amount: { readonly contacts: number; readonly seed: number; readonly folder?: string },
): void {
  const next = numbersFrom(amount.seed);
  const end = store.now().getTime();
  for (let index = 0; index < amount.contacts; index++) {
    const at = end - Math.floor(next() * 1500) * DAY_MS;
    store.addContact(address, contactValues(next, index), { folder: amount.folder ?? 'contacts', at });
  }
}

/** The values of one contact, by field URI. */
export function contactValues(next: () => number, index: number): Record<string, PropertyValue> {
  const pick = <T>(from: readonly T[]): T => from[Math.floor(next() * from.length)] as T;
  const chance = (share: number): boolean => next() < share;
  const digits = (count: number): string => String(Math.floor(next() * 10 ** count)).padStart(count, '0');
  const script = pick(NAMES);
  const given = pick(script.given);
  const surname = pick(script.surnames);
  const company = pick(COMPANIES);
  const city = pick(CITIES);
  const mail = `${script.latin}.${index}.${digits(4)}@${company.domain}`;
  const values: Record<string, PropertyValue> = {
    'contacts:GivenName': given,
    'contacts:Surname': surname,
    'contacts:CompanyName': company.name,
    'contacts:EmailAddress/EmailAddress1': mail,
    'contacts:PhoneNumber/BusinessPhone': `${city.prefix} ${digits(3)} ${digits(4)}`,
    'contacts:PhoneNumber/MobilePhone': `${city.prefix} 1${digits(2)} ${digits(7)}`,
    'contacts:JobTitle': pick(JOBS),
    'contacts:PhysicalAddress:Street/Business': `${pick(city.streets)} ${1 + Math.floor(next() * 180)}`,
    'contacts:PhysicalAddress:City/Business': city.name,
    'contacts:PhysicalAddress:CountryOrRegion/Business': city.country,
    'contacts:PhysicalAddress:PostalCode/Business': digits(5),
  };
  if (chance(0.15)) values['contacts:MiddleName'] = pick(script.given);
  if (chance(0.3)) values['contacts:EmailAddress/EmailAddress2'] = `${script.latin}${digits(5)}@example.org`;
  if (chance(0.25)) values['contacts:PhoneNumber/HomePhone'] = `${city.prefix} ${digits(7)}`;
  if (chance(0.3))
    values['contacts:Birthday'] =
      `${new Date(Date.UTC(1945 + next() * 60, next() * 12, 1 + next() * 28)).toISOString().slice(0, 10)}T00:00:00Z`;
  if (chance(0.4)) values['item:Body'] = `${pick(NOTES)}\r\n${pick(NOTES)}`;
  if (chance(0.3)) values['item:Categories'] = [pick(['Customer', 'Supplier', 'Press', 'Préféré', 'VIP'])];
  if (chance(0.2)) values['contacts:Department'] = pick(['Sales', 'R&D', 'Einkauf', 'Finanzas', 'Support']);
  if (chance(0.1)) values['contacts:BusinessHomePage'] = `https://${company.domain}/?who=${index}&from=crm`;
  return values;
}
