/** Whom a mailbox writes to and meets. */
import { COMPANIES, NAMES } from '../name-pool.ts';
import { recipients } from '../recipients.ts';
import type { Recipients } from '../recipients.ts';
import type { Dice } from './dice.ts';

export interface Acquaintance {
  readonly name: string;
  readonly address: string;
  /** Of name-pool.ts: which language this person writes. */
  readonly script: string;
  /** As message values hold it; one value for all of them. */
  readonly asRecipients: Recipients;
}

const FAMILY_NAME_FIRST: readonly string[] = ['wei', 'haruka', 'minjun'];

export function acquaintances(dice: Dice, count: number): readonly Acquaintance[] {
  return Array.from({ length: count }, (_, index) => {
    const { latin, given, surnames } = dice.pick(NAMES);
    const [first, last] = [dice.pick(given), dice.pick(surnames)];
    const name = FAMILY_NAME_FIRST.includes(latin) ? `${last}${first}` : `${first} ${last}`;
    return acquaintance(name, `${latin}.${index + 1}@${dice.pick(COMPANIES).domain}`, latin);
  });
}

export function acquaintance(name: string, address: string, script: string): Acquaintance {
  const one = { name, address, routingType: 'SMTP', mailboxType: 'OneOff' };
  return { name, address, script, asRecipients: recipients([one]) };
}
