import { CITIES, COMPANIES, JOBS, NAMES, NOTES } from '../name-pool.ts';
import type { PropertyValue } from '../stored-item.ts';
import { diceFrom } from './dice.ts';

/** The values of one contact, by field URI. */
export function contactValues(next: () => number, index: number): Record<string, PropertyValue> {
  const { pick, chance, digits } = diceFrom(next);
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
