/** How much `--fill` puts into a mailbox: a number of contacts, or numbers of several kinds. */
import type { FillAmount } from './generate.ts';

const KINDS = ['contacts', 'tasks', 'events', 'messages'] as const;
type Kind = (typeof KINDS)[number];

/** Items of all kinds together; see docs/sandbox.md for the memory they take. */
const MOST_ITEMS = 100_000;
const FORM =
  '--fill takes a number of contacts, or numbers such as contacts=100,tasks=20,events=50,messages=200';

/** `100`, or `contacts=100,tasks=20,events=50,messages=200` with any of the four; throws on anything else. */
export function readFillAmount(text: string): Readonly<Partial<Record<Kind, number>>> {
  const amount: Partial<Record<Kind, number>> = {};
  for (const part of /^\d+$/.test(text) ? [`contacts=${text}`] : text.split(',')) {
    const [, name = '', digits = ''] = /^\s*(\w+)\s*=\s*(\d+)\s*$/.exec(part) ?? [];
    const kind = KINDS.find((one) => one === name);
    if (kind === undefined || amount[kind] !== undefined) throw new Error(`${FORM}, not "${text}".`);
    amount[kind] = Number(digits);
  }
  const items = Object.values(amount).reduce((sum, one) => sum + one, 0);
  if (items > MOST_ITEMS) {
    throw new Error(`--fill makes at most ${MOST_ITEMS} items in each mailbox, not ${items}.`);
  }
  return amount satisfies Omit<FillAmount, 'seed' | 'folder'>;
}
