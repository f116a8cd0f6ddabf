/**
 * A mailbox in the hands of somebody who works inside the stand-in, for Exchange 2007: exchangelib asks there for
 * properties that came with Exchange 2010, so that the server refuses each of its reads.
 */
import type { ContactView } from '../../sandbox/exchange/exchange-store.ts';
import type { Mailbox } from '../../sandbox/exchange/mailbox.ts';
import type { Sandbox } from '../../sandbox/exchange/server.ts';
import type { PropertyValue } from '../../sandbox/exchange/stored-item.ts';
import type { Exchangelib, LibChanges, LibContact } from './exchangelib.ts';

const keys = {
  name_prefix: 'x:0x3a45:String',
  given_name: 'contacts:GivenName',
  middle_name: 'contacts:MiddleName',
  surname: 'contacts:Surname',
  generation: 'contacts:Generation',
  nickname: 'contacts:Nickname',
  company_name: 'contacts:CompanyName',
  job_title: 'contacts:JobTitle',
  department: 'contacts:Department',
  business_homepage: 'contacts:BusinessHomePage',
  display_name: 'contacts:DisplayName',
  file_as: 'contacts:FileAs',
  birthday: 'contacts:Birthday',
  body: 'item:Body',
  categories: 'item:Categories',
} as const;

const entries = {
  email_addresses: 'contacts:EmailAddress/',
  phone_numbers: 'contacts:PhoneNumber/',
} as const;

const addressParts = {
  street: 'Street',
  city: 'City',
  state: 'State',
  country: 'CountryOrRegion',
  zipcode: 'PostalCode',
} as const;

type Stored = Record<string, PropertyValue | undefined>;
type Entries = Readonly<Record<string, string | null>>;

/** As the mailbox keeps them; what is null or missing is cleared. */
function stored(contact: LibContact | LibChanges): Stored {
  const values: Stored = {};
  for (const [name, key] of Object.entries(keys)) {
    const value = contact[name as keyof typeof keys] as string | readonly string[] | null | undefined;
    if (value === undefined) continue;
    values[key] = value === null ? undefined : name === 'birthday' ? `${String(value)}T00:00:00Z` : value;
  }
  for (const [name, prefix] of Object.entries(entries)) {
    const named = contact[name as keyof typeof entries] as Entries | undefined;
    for (const [label, value] of Object.entries(named ?? {})) values[prefix + label] = value ?? undefined;
  }
  const addresses = (contact.physical_addresses ?? {}) as Readonly<Record<string, Entries>>;
  for (const [label, parts] of Object.entries(addresses)) {
    for (const [name, part] of Object.entries(addressParts)) {
      const value = parts[name];
      if (value !== undefined) values[`contacts:PhysicalAddress:${part}/${label}`] = value ?? undefined;
    }
  }
  return values;
}

/** As exchangelib would show it. */
function shown({ values }: ContactView): LibContact {
  const text = (key: string): string | undefined => {
    const value = values[key];
    return typeof value === 'string' && value !== '' ? value.replaceAll('\r\n', '\n') : undefined;
  };
  const found: Record<string, unknown> = {};
  for (const [name, key] of Object.entries(keys)) {
    if (name === 'categories') continue;
    found[name] = name === 'birthday' ? text(key)?.slice(0, 10) : text(key);
  }
  const tags = values[keys.categories];
  found['categories'] = Array.isArray(tags) && tags.length > 0 ? tags : undefined;
  for (const [name, prefix] of Object.entries(entries)) {
    const labels = Object.keys(values).filter((key) => key.startsWith(prefix) && text(key) !== undefined);
    found[name] = filled(labels.map((key) => [key.slice(prefix.length), text(key)]));
  }
  found['physical_addresses'] = filled(
    ['Business', 'Home', 'Other'].map((label) => [
      label,
      filled(
        Object.entries(addressParts).map(([name, part]) => [
          name,
          text(`contacts:PhysicalAddress:${part}/${label}`),
        ]),
      ),
    ]),
  );
  return Object.fromEntries(Object.entries(found).filter(([, value]) => value !== undefined));
}

function filled(list: readonly (readonly [string, unknown])[]): object | undefined {
  const some = list.filter(([, value]) => value !== undefined);
  return some.length === 0 ? undefined : Object.fromEntries(some);
}

export function handsInside(sandbox: Sandbox, address: string): Exchangelib {
  const { store } = sandbox;
  const mailbox: Mailbox = store.mailbox(address);
  const stamp = (): { at: number; by: string } => ({ at: store.now().getTime(), by: mailbox.name });
  const folderNamed = (name: string | undefined) => {
    const contacts = store.folder(address, 'contacts');
    if (name === undefined) return contacts;
    const known = contacts.children.find(({ displayName }) => displayName === name);
    return known ?? mailbox.createFolder(contacts, name, 'IPF.Contact');
  };
  const itemWith = (email: string, folder?: string) => {
    const key = 'contacts:EmailAddress/EmailAddress1';
    const found = [...folderNamed(folder).log.items()].filter(({ values }) => values.get(key) === email);
    const [item] = found;
    if (item === undefined || found.length > 1) throw new Error(`${found.length} contacts are ${email}`);
    return item;
  };
  const move = (email: string, from: string | undefined, to: string | undefined): void =>
    void mailbox.moveItem(itemWith(email, from), folderNamed(to), stamp());

  return {
    connect: () => Promise.resolve(),
    async create(contacts, folder) {
      const name = folderNamed(folder).displayName;
      for (const one of contacts) {
        const display_name = `${one.given_name} ${one.surname}`;
        const values = stored({ display_name, ...one }) as Record<string, PropertyValue>;
        store.addContact(address, values, folder === undefined ? {} : { folder: name });
      }
    },
    async list(folder) {
      return store
        .contacts(address, folderNamed(folder).displayName)
        .filter(({ kind }) => kind === 'Contact')
        .map(shown);
    },
    async edit(email, set) {
      store.editItem(mailbox.ids.write('item', itemWith(email).serial), stored(set));
    },
    photo: () =>
      Promise.reject(new Error('a contact of Exchange 2007 has no picture that a client can mark')),
    async delete(email, how) {
      if (how === 'trash') mailbox.moveItem(itemWith(email), store.folder(address, 'deleteditems'), stamp());
      else mailbox.removeItem(itemWith(email));
    },
    moveInto: async (folder, email) => move(email, undefined, folder),
    moveBack: async (folder, email) => move(email, folder, undefined),
    close: () => Promise.resolve(),
  };
}
