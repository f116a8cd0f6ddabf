/** Who is there already, by the natural key the sync pairs by. */
import { naturalKeys } from '../../sync/natural-keys.ts';
import type { SyncSide } from '../../sync/ports.ts';
import type { Values } from '../../sync/model.ts';

/** `otherName`: known by an address that one record has, under another name. */
export type Acquaintance = 'new' | 'known' | 'otherName';

interface Person {
  /** Folded; where the record has none, its key, which is its company or nothing. */
  readonly name: string;
  readonly emails: readonly string[];
  /** There before the import began. */
  readonly earlier: boolean;
}

export class KnownPeople {
  readonly #byEmail = new Map<string, Person[]>();
  readonly #byName = new Map<string, Person[]>();

  /** The records this user owns. */
  static async of(side: Pick<SyncSide, 'changes'>, ownerId: string): Promise<KnownPeople> {
    const people = new KnownPeople();
    for await (const page of side.changes('contacts', null, { ownerId })) {
      for (const change of page.changes) if (change.kind === 'changed') people.#add(change.keyValues, true);
    }
    return people;
  }

  /** A person of the file that has been imported. */
  add(values: Values): void {
    this.#add(values, false);
  }

  /**
   * As the sync pairs: by an address that one earlier record has, then by name and company where no two addresses
   * differ. People of one file who share an address are told apart by their names, so that none of them is lost.
   */
  judge(values: Values): Acquaintance {
    const { ids: emails, name: key } = naturalKeys('contacts', values);
    const name = nameOf(key);
    const sharers = emails.map((email) => this.#byEmail.get(email) ?? []);
    if (sharers.flat().some((person) => person.name === name)) return 'known';
    if (sharers.some((people) => people.length === 1 && people[0]?.earlier)) return 'otherName';
    const namesakes = key === null ? [] : (this.#byName.get(key) ?? []);
    return namesakes.some((person) => person.emails.length === 0 || emails.length === 0) ? 'known' : 'new';
  }

  #add(values: Values, earlier: boolean): void {
    const { ids: emails, name: key } = naturalKeys('contacts', values);
    const person: Person = { name: nameOf(key), emails, earlier };
    for (const email of emails) append(this.#byEmail, email, person);
    if (key !== null) append(this.#byName, key, person);
  }
}

/** Without it a person cannot be recognised, and would be there twice after the file is imported again. */
export function hasKey(values: Values): boolean {
  const { ids, name } = naturalKeys('contacts', values);
  return ids.length > 0 || name !== null;
}

function nameOf(key: string | null): string {
  return (key?.slice(0, key.lastIndexOf('|')) || key) ?? '';
}

function append(map: Map<string, Person[]>, key: string, person: Person): void {
  const people = map.get(key);
  if (people) people.push(person);
  else map.set(key, [person]);
}
