import type { ExchangeStore } from './exchange-store.ts';
import { contactValues } from './generate/contacts.ts';
import { diceFrom, numbersFrom } from './generate/dice.ts';
import { generatedEvent } from './generate/events.ts';
import { generatedThread } from './generate/messages.ts';
import type { GeneratedMessage } from './generate/messages.ts';
import { acquaintance, acquaintances } from './generate/people.ts';
import type { Acquaintance } from './generate/people.ts';
import { generatedTask } from './generate/tasks.ts';
import type { ItemKind, NewItem } from './stored-item.ts';

const DAY_MS = 86_400_000;
/** Added to the seed, so that how many there are of one kind says nothing about another kind's items. */
const SEED_OF = { people: 0x1001, tasks: 0x2002, messages: 0x3003, events: 0x4004 } as const;

export interface FillAmount {
  readonly contacts?: number;
  readonly tasks?: number;
  /** Of conversations, over the Inbox and Sent Items. */
  readonly messages?: number;
  /** Calendar items: a series is one. */
  readonly events?: number;
  readonly seed: number;
  /** Where contacts go; the contacts folder when absent. */
  readonly folder?: string;
}

/** Puts believable items into a mailbox: the same ones for the same seed and clock. */
export function fillMailbox(store: ExchangeStore, address: string, amount: FillAmount): void {
  const now = store.now().getTime();
  const next = numbersFrom(amount.seed);
  for (let index = 0; index < (amount.contacts ?? 0); index++) {
    const at = now - Math.floor(next() * 1500) * DAY_MS;
    store.addContact(address, contactValues(next, index), { folder: amount.folder ?? 'contacts', at });
  }
  const mailbox = store.mailbox(address);
  const add = (folder: string, kind: ItemKind, item: Pick<NewItem, 'values' | 'attachments'>, at: number) => {
    mailbox.addItem(store.folder(address, folder), { ...item, kind }, { at, by: mailbox.name });
  };

  const taskDice = diceFrom(numbersFrom(amount.seed + SEED_OF.tasks));
  for (let index = 0; index < (amount.tasks ?? 0); index++) {
    const { values, at } = generatedTask(taskDice, mailbox.name, now);
    add('tasks', 'Task', { values }, at);
  }

  const people = {
    owner: acquaintance(mailbox.name, mailbox.address, 'james'),
    others: acquaintances(diceFrom(numbersFrom(amount.seed + SEED_OF.people)), 60),
  };
  for (const { values, at, folder, attachments } of mail(people, amount, now))
    add(folder, 'Message', { values, attachments }, at);

  const eventDice = diceFrom(numbersFrom(amount.seed + SEED_OF.events));
  for (let index = 0; index < (amount.events ?? 0); index++) {
    const { values, at } = generatedEvent(eventDice, people, now);
    add('calendar', 'CalendarItem', { values }, at);
  }
}

/** In the order it came. */
function mail(
  people: { readonly owner: Acquaintance; readonly others: readonly Acquaintance[] },
  { messages = 0, seed }: FillAmount,
  now: number,
): readonly GeneratedMessage[] {
  const dice = diceFrom(numbersFrom(seed + SEED_OF.messages));
  const made: GeneratedMessage[] = [];
  while (made.length < messages)
    made.push(...generatedThread(dice, people, { now, limit: messages - made.length }));
  return made.sort((one, other) => one.at - other.at);
}
