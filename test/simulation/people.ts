/** What the people of a simulated organisation do to their items, as the events say. */
import type { Item, Side, Values } from '../../src/sync/model.ts';
import { otherSide } from '../../src/sync/model.ts';
import type { MemorySystem } from '../engine/memory-side.ts';
import type { Happening } from './events.ts';
import type { SimulatedWorld, User } from './simulated-world.ts';

type Of<What extends Happening['what']> = Extract<Happening, { what: What }>;

export class People {
  readonly #world: SimulatedWorld;

  constructor(world: SimulatedWorld) {
    this.#world = world;
  }

  add({ user: number, at }: Of<'add'>): void {
    const { ledger, kind, crm } = this.#world;
    const user = this.#world.userAt(number);
    const { number: item } = ledger.begin(at);
    const values = (side: Side) => {
      const field = kind.edited[0];
      const token = ledger.newToken();
      ledger.edited({ token, number: item, side, field });
      return { ...kind.identifying(item), ...kind.valueOf(field, token) };
    };
    if (at !== 'exchange') crm.add(values('crm'), { ownerId: user.id });
    if (at !== 'crm') user.mailbox.add(values('exchange'));
    // A run that has read one side already sees it on the other one only.
    if (at === 'both') this.#mayRace(item);
  }

  edit({ side, pick, field: which, clears }: Of<'edit'>): void {
    const { ledger, kind } = this.#world;
    const found = this.#pick(side, pick);
    if (!found) return;
    const { system, item } = found;
    const number = this.#world.numberOf(item.values);
    const field = kind.edited[which % kind.edited.length] ?? kind.edited[0];
    const token = ledger.newToken();
    const written = kind.valueOf(field, token);
    const values = clears && !field.startsWith('@') && field !== 'end' ? { [field]: null } : written;
    ledger.supersede(item.values, Object.keys(values));
    if (values === written) ledger.edited({ token, number, side, field });
    const story = ledger.story(number);
    if (story) story.cleanDeletion = null;
    system.change(item.id, values);
  }

  delete({ side, pick, makesAgain }: Of<'delete'>): void {
    const { ledger, kind, crm } = this.#world;
    const found = this.#pick(side, pick);
    if (!found) return;
    const { system, item, user } = found;
    const number = this.#world.numberOf(item.values);
    const story = ledger.story(number);
    if (!story) return;
    const { wasMappedAnew } = this.#world;
    const isClean =
      !wasMappedAnew && story.userDeletions.size === 0 && !story.moved && !story.rejected && !makesAgain;
    story.cleanDeletion = isClean && this.#isInStep(side, item.id) ? side : null;
    story.userDeletions.add(side);
    // Each of the two who edited his copy has it made again.
    if (side === 'crm' && story.given) story.mayBeTwice = true;
    ledger.supersede(item.values);
    system.delete(item.id);
    if (!makesAgain) return;
    story.moved = true;
    if (user) user.mailbox.add(kind.identifying(number));
    else crm.add(kind.identifying(number), { ownerId: item.ownerId ?? 'alice' });
    this.#mayRace(number);
    if (this.#isOfTwo(number)) story.mayBeTwice = true;
  }

  /** Somebody has it in his mailbox while the record belongs to another one: what is made again there is new to both. */
  #isOfTwo(number: number): boolean {
    const { crm, users } = this.#world;
    const isIt = ({ values }: { values: Values }): boolean => this.#world.numberOf(values) === number;
    const owners = crm
      .list()
      .filter(isIt)
      .map(({ ownerId }) => ownerId);
    return users.some(({ id, mailbox }) => mailbox.list().some(isIt) && owners.some((owner) => owner !== id));
  }

  move({ pick, isBack }: Of<'move'>): void {
    const users = this.#world.users;
    if (isBack) {
      const away = users.flatMap(({ mailbox }) => mailbox.movedAway().map((item) => ({ mailbox, item })));
      const found = away[pick % away.length];
      if (!found) return;
      const number = this.#world.numberOf(found.item.values);
      const isThere = found.mailbox.list().some(({ values }) => this.#world.numberOf(values) === number);
      found.mailbox.move(found.item.id, 'home');
      this.#isBack(found.item);
      this.#mayRace(number);
      const story = this.#world.ledger.story(number);
      // It was made again meanwhile, for nobody knew that the one that was away is the same.
      if (story && isThere) story.mayBeTwice = true;
      return;
    }
    const found = this.#pick('exchange', pick);
    if (!found) return;
    this.#disturb(this.#world.numberOf(found.item.values));
    found.system.move(found.item.id, 'elsewhere');
  }

  restore({ pick }: Of<'restore'>): void {
    const deleted = this.#world.users.flatMap(({ mailbox }) =>
      mailbox.deletedItems().map((item) => ({ mailbox, item })),
    );
    const found = deleted[pick % deleted.length];
    if (!found) return;
    const number = this.#world.numberOf(found.item.values);
    // Somebody who sees it in the folder does not restore it.
    if (found.mailbox.everywhere().some(({ values }) => this.#world.numberOf(values) === number)) return;
    this.#disturb(number);
    this.#mayRace(number);
    found.mailbox.restore(found.item.identity ?? '');
    this.#isBack(found.item);
  }

  #isBack({ identity, values }: Item): void {
    const { takenForGone, ledger } = this.#world;
    const story = ledger.story(this.#world.numberOf(values));
    const isTooLate = [...takenForGone.values()].some((identities) => identities.has(identity ?? ''));
    if (story && isTooLate) story.putBackTooLate = true;
  }

  give({ pick, user }: Of<'give'>): void {
    const found = this.#pick('crm', pick);
    if (!found) return;
    const number = this.#world.numberOf(found.item.values);
    this.#disturb(number);
    // Two people each had one of it, and nobody knew yet that these were the same.
    const { database, ledger } = this.#world;
    const isLinked = database.links
      .all()
      .some(({ link }) => link.crmId === found.item.id && link.exchangeId !== null);
    const story = ledger.story(number);
    if (!isLinked && story) story.mayBeTwice = true;
    if (story) story.given = true;
    this.#world.crm.give(found.item.id, this.#world.userAt(user).id);
  }

  touch({ side, pick }: Of<'touch'>): void {
    const found = this.#pick(side, pick);
    found?.system.touch(found.item.id);
  }

  #pick(
    side: Side,
    pick: number,
  ):
    | {
        system: MemorySystem;
        item: { id: string; values: Values; ownerId: string | null };
        user: User | null;
      }
    | undefined {
    const all = this.#world.shown(side);
    return all[pick % all.length];
  }

  #disturb(number: number): void {
    const story = this.#world.ledger.story(number);
    if (!story) return;
    story.moved = true;
    story.cleanDeletion = null;
  }

  /** Put back by hand while a run may be making it again: two of it are nobody's fault. */
  #mayRace(number: number): void {
    const { database, ledger } = this.#world;
    const story = ledger.story(number);
    if (!story) return;
    const isUnderWay = database.runs.all().some(({ state }) => state === 'running');
    const isTried = database.actions.all().some(({ action }) => action.state === 'tried');
    if (isUnderWay || isTried) story.mayBeTwice = true;
  }

  /** Linked, and both sides show what they last did: nothing is on its way. */
  #isInStep(side: Side, id: string): boolean {
    const { database, shown } = this.#bind();
    const row = database.links.all().find(({ link }) => link[`${side}Id`] === id && link.state === 'active');
    const link = row?.link;
    if (!link?.crm || !link.exchange) return false;
    const other = shown(otherSide(side)).find(({ item }) => item.id === link[`${otherSide(side)}Id`]);
    const mine = shown(side).find(({ item }) => item.id === id);
    return (
      mine?.item.version === link[side]?.version && other?.item.version === link[otherSide(side)]?.version
    );
  }

  #bind(): { database: SimulatedWorld['database']; shown: SimulatedWorld['shown'] } {
    const world = this.#world;
    return { database: world.database, shown: (side) => world.shown(side) };
  }
}
