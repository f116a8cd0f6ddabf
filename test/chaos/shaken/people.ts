/** What the people of a shaken company do, on both sides, while the daemon is at work; and the ledger of it. */
import type { Item, Module, Photo, Side, Values } from '../../../src/sync/model.ts';
import { modules } from '../../../src/sync/model.ts';
import { Ledger } from '../../simulation/ledger.ts';
import type { Story } from '../../simulation/ledger.ts';
import type { Random } from '../../simulation/random.ts';
import { ask, codes } from '../../sandbox/ews-client.ts';
import { tokensOf } from '../../simulation/items.ts';
import type { ItemKind } from '../../simulation/items.ts';
import { stranger } from './company.ts';
import type { Person, ShakenCompany } from './company.ts';
import { Unanswered } from './crm-client.ts';
import type { Meeting } from './meetings.ts';
import { replacePhoto } from './photo-hands.ts';
import { createRequest, deleteRequest, isSeries, realKinds, updateRequest } from './real-items.ts';
import { messagesIn } from './sent-watch.ts';

/** One module as the people know it. */
export class ModuleBook {
  readonly module: Module;
  readonly kind: ItemKind;
  readonly ledger = new Ledger();
  /** By the number of the event. */
  readonly meetings = new Map<number, Meeting>();
  /** Both sides showed the same when the shaking began, and nobody has touched them since. */
  readonly calm = new Set<number>();

  constructor(module: Module) {
    this.module = module;
    this.kind = realKinds[module];
  }
}

/** Two values for one field, and what each is found by. */
export interface Disagreement {
  readonly module: Module;
  readonly tokens: Readonly<Record<Side, string>>;
}

const attempts = 60;
/** An address of nobody here: what is sent there would be seen in Sent Items alone. */
const outsider = 'guest@elsewhere.test';

export class People {
  readonly books: Readonly<Record<Module, ModuleBook>> = {
    contacts: new ModuleBook('contacts'),
    tasks: new ModuleBook('tasks'),
    events: new ModuleBook('events'),
  };
  readonly done = { adds: 0, edits: 0, disagreements: 0, deletions: 0, meetingsLeft: 0, touches: 0 };
  /** Invitations, cancellations and answers that they had sent themselves. */
  messages = 0;
  readonly #company: ShakenCompany;
  readonly #random: Random;
  /** Resolves when what was away (the daemon, the database) answers again; rejects with the error where nothing was. */
  readonly #isBack: (error: unknown) => Promise<void>;
  /** There is no daemon yet. */
  #settling = true;

  constructor(company: ShakenCompany, random: Random, isBack: (error: unknown) => Promise<void>) {
    this.#company = company;
    this.#random = random;
    this.#isBack = isBack;
  }

  /** What everybody has before the first sync: some of it in the CRM, some in Exchange, some on both sides. */
  async settleIn(): Promise<void> {
    for (const person of this.#company.people)
      for (const module of modules)
        for (const born of ['crm', 'crm', 'exchange', 'exchange', 'both'] as const)
          await this.#add(module, person, born);
    await this.#inviteEverybody(this.#company.people[0] ?? stranger);
    await this.#inviteEverybody(stranger);
    this.#settling = false;
  }

  /** From here on an item that is deleted without having been touched has to go on both sides, or to stay, as the rules say. */
  async allIsCalm(): Promise<void> {
    for (const book of Object.values(this.books)) {
      const { calm, meetings, module } = book;
      calm.clear();
      const records = new Set(
        (await itemsOf(this.#company.installation.crm.side, module)).map((item) => numberOf(book, item)),
      );
      for (const { mailbox } of this.#company.people)
        for (const item of await itemsOf(mailbox, module)) {
          const number = numberOf(book, item);
          if (records.has(number) && !meetings.has(number)) calm.add(number);
        }
    }
  }

  async act(): Promise<void> {
    const random = this.#random;
    const module = random.pick(modules);
    const person = this.#anybody();
    const side: Side = random.once(2) ? 'crm' : 'exchange';
    const what = random.below(20);
    if (what < 4) return this.#add(module, person, side);
    if (what < 6) return this.#delete(module, side, person);
    if (what < 7) return this.#touch(module, person);
    if (what < 8) return this.#delete('events', side, person, ({ meetings }, number) => meetings.has(number));
    await this.#edit(module, side, person, null);
  }

  /** The same field of the same item is changed on both sides, to something else on each. */
  async disagree(): Promise<Disagreement | null> {
    const module = this.#random.pick(modules);
    const person = this.#anybody();
    const book = this.books[module];
    const records = await this.#insistOnSeeing('crm', module, person);
    const numbers = new Set(records.map((item) => numberOf(book, item)));
    const items = (await this.#insistOnSeeing('exchange', module, person)).filter((item) =>
      numbers.has(numberOf(book, item)),
    );
    const item = items[this.#random.below(1_000) % items.length];
    const field = book.kind.edited[this.#random.below(book.kind.edited.length)] ?? book.kind.edited[0];
    if (!item) return null;
    const what = { number: numberOf(book, item), field };
    const crm = await this.#edit(module, 'crm', person, what);
    const exchange = await this.#edit(module, 'exchange', person, what);
    this.done.disagreements += 1;
    return { module, tokens: { crm, exchange } };
  }

  #anybody(): Person {
    const { people } = this.#company;
    const person = people[this.#random.below(people.length)];
    if (!person) throw new Error('nobody is there');
    return person;
  }

  async #inviteEverybody(organizer: Pick<Person, 'name' | 'address'>): Promise<void> {
    const book = this.books.events;
    const story = book.ledger.begin('exchange');
    const { number } = story;
    book.meetings.set(number, { number, organizer: organizer.name, leavers: new Set(), inCrm: false });
    const values = { ...book.kind.identifying(number), ...this.#firstEdit(book, story, 'exchange') };
    const others = this.#company.people.filter(({ name }) => name !== organizer.name);
    const invited = [outsider, ...others.map(({ address }) => address)];
    await this.#ask(organizer, createRequest('events', values, invited));
  }

  #firstEdit({ kind, ledger }: ModuleBook, { number }: Story, side: Side): Values {
    const [field] = kind.edited;
    const token = ledger.newToken();
    ledger.edited({ token, number, side, field });
    return kind.valueOf(field, token);
  }

  async #add(module: Module, person: Person, born: Side | 'both'): Promise<void> {
    const book = this.books[module];
    const story = book.ledger.begin(born);
    const { number } = story;
    if (born !== 'exchange') {
      const values = { ...book.kind.identifying(number), ...this.#firstEdit(book, story, 'crm') };
      await this.#insist(async (again) => {
        const isThere = (item: Item): boolean => book.kind.numberOf(item.values) === number;
        if (again && (await this.#shown('crm', module, person)).some(isThere)) return true;
        if (this.#settling) await this.#createRecord(module, person, values);
        else await person.crm.create(module, values);
        return true;
      });
    }
    if (born !== 'crm') {
      const values = { ...book.kind.identifying(number), ...this.#firstEdit(book, story, 'exchange') };
      await this.#ask(person, createRequest(module, values));
    }
    this.done.adds += 1;
  }

  async #createRecord(module: Module, { userId }: Person, values: Values): Promise<void> {
    const access = { actor: userId, onlyOwnerId: null };
    const store = this.#company.installation.crm[module];
    const [result] = await store.create([{ ownerId: userId, values }], access);
    if (result?.kind !== 'done') throw new Error(`the CRM refused: ${JSON.stringify(result)}`);
  }

  /**
   * Somebody looks at what is there, and changes a field of one item, unless it was changed under his hands. Returns what the
   * new value is found by.
   */
  async #edit(
    module: Module,
    side: Side,
    person: Person,
    what: { readonly number: number; readonly field: string } | null,
  ): Promise<string> {
    const book = this.books[module];
    const { ledger, kind, calm } = book;
    const pick = this.#random.below(1_000);
    const wanted = what?.field ?? kind.edited[this.#random.below(kind.edited.length)] ?? kind.edited[0];
    const token = ledger.newToken();
    let chosen = what?.number ?? null;
    await this.#insist(async () => {
      const items = await this.#shown(side, module, person);
      const item =
        chosen === null
          ? items[pick % items.length]
          : items.find(({ values }) => kind.numberOf(values) === chosen);
      if (!item) return true;
      const number = numberOf(book, item);
      const field = wanted.startsWith('@') && !isSeries(number) ? kind.edited[0] : wanted;
      const values = kind.valueOf(field, token);
      chosen = number;
      // It was saved although no answer came.
      if (!shows(item, token)) {
        calm.delete(number);
        try {
          const isDone =
            side === 'crm'
              ? await person.crm.update(module, item, values)
              : await this.#editInMailbox(module, person, item, values);
          if (!isDone) return false;
        } catch (error) {
          if (error instanceof Unanswered) ledger.supersede(item.values, Object.keys(values));
          throw error;
        }
        ledger.supersede(item.values, Object.keys(values));
      }
      ledger.edited({ token, number, side, field });
      this.done.edits += 1;
      return true;
    });
    return token;
  }

  async #editInMailbox(module: Module, person: Person, item: Item, values: Values): Promise<boolean> {
    const { photo } = values;
    if (photo) return replacePhoto(this.#company.sandbox, person.address, item, photo as Photo);
    const [code] = codes(
      await ask(this.#company.sandbox.url, updateRequest(module, item, values), person.name),
    );
    if (code === undefined || code === 'ErrorSchemaValidation')
      throw new Error(`${module}: the edit was refused`);
    return code === 'NoError';
  }

  async #delete(
    module: Module,
    side: Side,
    person: Person,
    isMeant: (book: ModuleBook, number: number) => boolean = () => true,
  ): Promise<void> {
    const book = this.books[module];
    const { ledger, kind, calm, meetings } = book;
    const pick = this.#random.below(1_000);
    const tells = this.#random.once(2);
    let chosen: number | null = null;
    await this.#insist(async () => {
      const items = (await this.#shown(side, module, person)).filter((one) =>
        isMeant(book, numberOf(book, one)),
      );
      const item =
        chosen === null
          ? items[pick % items.length]
          : items.find(({ values }) => kind.numberOf(values) === chosen);
      const number = item && kind.numberOf(item.values);
      const story = ledger.story(number ?? null);
      if (!item || !story) return true;
      chosen = story.number;
      const meeting = meetings.get(chosen);
      // Before the deletion: a run may see it at once.
      const isFirst = story.userDeletions.size === 0;
      story.userDeletions.add(side);
      story.cleanDeletion = isFirst && calm.has(story.number) ? side : null;
      calm.delete(story.number);
      ledger.supersede(item.values);
      if (side === 'crm') {
        if (meeting) meeting.inCrm = true;
        if (!(await person.crm.remove(module, item))) return false;
      } else {
        meeting?.leavers.add(person.name);
        const answer = await this.#send(person, deleteRequest(module, item.id, meeting && tells));
        const [code] = codes(answer);
        if (code !== 'NoError' && code !== 'ErrorItemNotFound') return false;
      }
      this.done.deletions += 1;
      if (meeting) this.done.meetingsLeft += 1;
      return true;
    });
  }

  /** The server gives an item another change key by itself. */
  async #touch(module: Module, person: Person): Promise<void> {
    const pick = this.#random.below(1_000);
    const items = await this.#insistOnSeeing('exchange', module, person);
    const item = items[pick % items.length];
    if (!item) return;
    this.#company.sandbox.touchChangeKey(item.id);
    this.done.touches += 1;
  }

  async #insistOnSeeing(side: Side, module: Module, person: Person): Promise<Item[]> {
    let items: Item[] = [];
    await this.#insist(async () => {
      items = await this.#shown(side, module, person);
      return true;
    });
    return items;
  }

  /** Of the CRM what is his; of Exchange what his folder shows. */
  async #shown(side: Side, module: Module, person: Person): Promise<Item[]> {
    const source = side === 'crm' ? this.#company.installation.crm.side : person.mailbox;
    const items = await itemsOf(source, module);
    return items
      .filter(
        ({ ownerId, values }) =>
          (side === 'exchange' || ownerId === person.userId) &&
          this.books[module].kind.numberOf(values) !== null,
      )
      .sort((one, other) => numberOf(this.books[module], one) - numberOf(this.books[module], other));
  }

  /** Messages that come of it are his. */
  async #send({ name }: Pick<Person, 'name'>, body: string): Promise<string> {
    const before = messagesIn(this.#company.sandbox);
    const answer = await ask(this.#company.sandbox.url, body, name);
    this.messages += messagesIn(this.#company.sandbox) - before;
    return answer;
  }

  /** A failure that was meant for the daemon's batch may hit him: nothing was saved then, and he does it again. */
  async #ask(person: Pick<Person, 'name'>, body: string): Promise<void> {
    await this.#insist(async () => {
      const answer = await this.#send(person, body);
      const [code] = codes(answer);
      if (code === undefined || code === 'ErrorSchemaValidation')
        throw new Error(`Exchange refused what ${person.name} did: ${answer.slice(0, 1_000)}`);
      return code === 'NoError';
    });
  }

  /** Until it is done: others change things meanwhile, and the daemon or the database may be away. */
  async #insist(work: (again: boolean) => Promise<boolean>): Promise<void> {
    for (let attempt = 0; attempt < attempts; attempt += 1) {
      try {
        if (await work(attempt > 0)) return;
      } catch (error) {
        await this.#isBack(error);
      }
    }
    throw new Error(`somebody tried ${attempts} times to save what he did`);
  }
}

function numberOf({ kind }: ModuleBook, { values }: Item): number {
  return kind.numberOf(values) ?? -1;
}

function shows({ values }: Item, token: string): boolean {
  return Object.values(values).some((value) => tokensOf(value).includes(token));
}

/** Everything a side shows. */
export async function itemsOf(
  side: Pick<Person['mailbox'], 'changes' | 'read'>,
  module: Module,
): Promise<Item[]> {
  const ids: string[] = [];
  for await (const page of side.changes(module, null))
    for (const change of page.changes) if (change.kind === 'changed') ids.push(change.id);
  return (await side.read(module, ids)).flatMap((result) => {
    if (result.kind === 'failed') throw new Error(`could not be read: ${result.failure.code}`);
    return result.kind === 'item' ? [result.item] : [];
  });
}
