import { Mailbox } from './mailbox.ts';
import type { SandboxUser } from './sandbox-user.ts';
import type { StoredFolder } from './stored-folder.ts';
import type { PropertyValue, StoredItem } from './stored-item.ts';

/** A contact as tests look at it: values by field URI, `contacts:PhoneNumber/MobilePhone` for one entry. */
export interface ContactView {
  readonly id: string;
  readonly changeKey: string;
  readonly kind: StoredItem['kind'];
  readonly values: Readonly<Record<string, PropertyValue>>;
  readonly attachments: readonly string[];
}

/** Everything the server remembers, and what tests may do to it behind the clients' backs. */
export class ExchangeStore {
  readonly now: () => Date;
  readonly #mailboxes = new Map<string, Mailbox>();

  constructor(users: readonly SandboxUser[], now: () => Date) {
    this.now = now;
    for (const user of users) {
      const sid = `S-1-5-21-1004336348-1177238915-682003330-${1000 + this.#mailboxes.size}`;
      this.#mailboxes.set(user.address.toLowerCase(), new Mailbox({ ...user, sid }));
    }
  }

  get mailboxes(): Iterable<Mailbox> {
    return this.#mailboxes.values();
  }

  findMailbox(address: string): Mailbox | undefined {
    return this.#mailboxes.get(address.toLowerCase());
  }

  /** The mailbox, or an error naming the address. */
  mailbox(address: string): Mailbox {
    const found = this.findMailbox(address);
    if (found === undefined) throw new Error(`No mailbox ${address} in this sandbox.`);
    return found;
  }

  /** The items of a folder, newest first; the folder is a distinguished id or a display name. */
  contacts(address: string, folder = 'contacts'): readonly ContactView[] {
    const mailbox = this.mailbox(address);
    return [...this.folder(address, folder).log.items()].map((item) => view(item, mailbox));
  }

  countItems(address: string, folder?: string): number {
    return folder === undefined ? this.mailbox(address).items.size : this.folder(address, folder).log.count;
  }

  folder(address: string, name: string): StoredFolder {
    const mailbox = this.mailbox(address);
    const found =
      mailbox.distinguishedFolder(name) ??
      [...mailbox.folders.values()].find((one) => one.displayName === name);
    if (found === undefined) throw new Error(`No folder ${name} in ${address}.`);
    return found;
  }

  /** Puts a contact into a folder as if its owner had made it. */
  addContact(
    address: string,
    values: Readonly<Record<string, PropertyValue>>,
    options: { readonly folder?: string; readonly at?: number } = {},
  ): ContactView {
    const mailbox = this.mailbox(address);
    const map = new Map<string, PropertyValue>([
      ['item:ItemClass', 'IPM.Contact'],
      ...Object.entries(values),
    ]);
    const stamp = { at: options.at ?? this.now().getTime(), by: mailbox.name };
    const folder = this.folder(address, options.folder ?? 'contacts');
    return view(mailbox.addItem(folder, { kind: 'Contact', values: map }, stamp), mailbox);
  }

  /** Sets (or, with undefined, clears) values of an item as if its owner had; returns it with its new change key. */
  editItem(itemId: string, values: Readonly<Record<string, PropertyValue | undefined>>): ContactView {
    const { mailbox, item } = this.locate(itemId);
    for (const [key, value] of Object.entries(values)) {
      if (value === undefined) item.values.delete(key);
      else item.values.set(key, value);
    }
    mailbox.touchItem(item, { at: this.now().getTime(), by: mailbox.name });
    return view(item, mailbox);
  }

  /** Deletes an item for good, as if its owner had. */
  removeItem(itemId: string): void {
    const { mailbox, item } = this.locate(itemId);
    mailbox.removeItem(item);
  }

  /** The item behind an id, whatever mailbox it is in. */
  locate(itemId: string): { readonly mailbox: Mailbox; readonly item: StoredItem } {
    for (const mailbox of this.mailboxes) {
      const serial = mailbox.ids.read('item', itemId);
      const item = serial === undefined ? undefined : mailbox.items.get(serial);
      if (item !== undefined) return { mailbox, item };
    }
    throw new Error(`No item ${itemId} in this sandbox.`);
  }
}

function view(item: StoredItem, mailbox: Mailbox): ContactView {
  return {
    id: mailbox.ids.write('item', item.serial),
    changeKey: mailbox.ids.writeChangeKey(item.change),
    kind: item.kind,
    values: Object.fromEntries(item.values),
    attachments: item.attachments.map((one) => one.name),
  };
}
