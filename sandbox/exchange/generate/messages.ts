import { createHash } from 'node:crypto';
import { FLAG, MESSAGE_FLAGS } from '../kinds/item-properties.ts';
import {
  conversationTopic,
  newConversationIndex,
  repliedConversationIndex,
} from '../messages/conversation.ts';
import type { NewAttachment, PropertyValue } from '../stored-item.ts';
import { dateTime, escapeText } from '../xml-text.ts';
import type { Dice } from './dice.ts';
import type { Acquaintance } from './people.ts';
import type { GeneratedItem } from './tasks.ts';
import { phrasesOf } from './text-pool.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

export interface GeneratedMessage extends GeneratedItem {
  /** The distinguished id of the folder it lies in. */
  readonly folder: 'inbox' | 'sentitems';
  readonly attachments: readonly NewAttachment[];
}

interface Previous {
  readonly id: string;
  readonly index: string;
  readonly from: Acquaintance;
  readonly sentence: string;
}

/** A conversation of at most `limit` messages that began up to two years before `now`. */
export function generatedThread(
  dice: Dice,
  people: { readonly owner: Acquaintance; readonly others: readonly Acquaintance[] },
  time: { readonly now: number; readonly limit: number },
): readonly GeneratedMessage[] {
  const { pick, between, chance } = dice;
  const { owner } = people;
  const partner = pick(people.others);
  const subject = pick(phrasesOf(partner.script).subjects);
  const length = Math.min(time.limit, chance(0.4) ? 1 : between(2, 9));
  const thread: GeneratedMessage[] = [];
  let previous: Previous | undefined;
  let at = time.now - between(2, 700) * DAY_MS;
  let mine = chance(0.3);
  for (let place = 0; place < length; place++) {
    at = Math.min(time.now, at + between(1, 60) * HOUR_MS);
    const [from, to] = mine ? [owner, partner] : [partner, owner];
    const made = message(dice, { from, to, mine, subject, at, now: time.now, previous });
    thread.push(made.message);
    previous = made.previous;
    mine = !mine;
  }
  return thread;
}

interface Envelope {
  readonly from: Acquaintance;
  readonly to: Acquaintance;
  readonly mine: boolean;
  readonly subject: string;
  readonly at: number;
  readonly now: number;
  readonly previous: Previous | undefined;
}

function message(
  dice: Dice,
  { from, to, mine, subject, at, now, previous }: Envelope,
): { readonly message: GeneratedMessage; readonly previous: Previous } {
  const { pick, chance, digits } = dice;
  const phrases = phrasesOf(from.script);
  const sentence = pick(phrases.sentences);
  const serial = createHash('md5').update(digits(15)).digest('hex').toUpperCase();
  const id = ['<', serial, from.address.slice(from.address.indexOf('@')), '>'].join('');
  const index =
    previous === undefined ? newConversationIndex(at, serial) : repliedConversationIndex(previous.index, at);
  const read = mine || chance(now - at < 7 * DAY_MS ? 0.4 : 0.97);
  const flags = mine ? FLAG.read | FLAG.submitted : FLAG.unmodified | (read ? FLAG.read : 0);
  const sent = dateTime(at);
  const values = new Map<string, PropertyValue>([
    ['item:ItemClass', 'IPM.Note'],
    ['message:InternetMessageId', id],
    ['message:ConversationTopic', conversationTopic(subject)],
    ['message:ConversationIndex', index],
    ['message:From', from.asRecipients],
    ['message:Sender', from.asRecipients],
    ['item:Subject', previous === undefined ? subject : phrases.reply + subject],
    ['item:Body', html(dice, from, sentence, previous)],
    ['item:Body/BodyType', 'HTML'],
    ['message:ToRecipients', to.asRecipients],
    ['message:IsRead', String(read)],
    [MESSAGE_FLAGS, String(flags)],
    ['item:DateTimeSent', sent],
    ['item:DateTimeReceived', sent],
  ]);
  if (previous !== undefined) {
    values.set('item:InReplyTo', previous.id);
    values.set('message:References', previous.id);
  }
  if (!mine) {
    values.set('message:ReceivedBy', to.asRecipients).set('message:ReceivedRepresenting', to.asRecipients);
  }
  if (chance(0.08)) values.set('item:Importance', 'High');
  if (chance(0.05)) values.set('item:Categories', [pick(['Office', 'Privé', 'Kunde'])]);
  const attachments = chance(0.05) ? [attachment(sentence)] : [];
  return {
    message: { values, at, folder: mine ? 'sentitems' : 'inbox', attachments },
    previous: { id, index, from, sentence },
  };
}

function html(
  { pick, between }: Dice,
  from: Acquaintance,
  sentence: string,
  previous: Previous | undefined,
): string {
  const { greeting, sentences } = phrasesOf(from.script);
  const more = Array.from({ length: between(1, 3) }, () => `<p>${escapeText(pick(sentences))}</p>`);
  const quoted =
    previous === undefined
      ? []
      : [
          `<hr><p><b>${escapeText(previous.from.name)}</b>:</p><blockquote>`,
          `${escapeText(previous.sentence)}</blockquote>`,
        ];
  return [
    '<html>\r\n<head>\r\n<meta http-equiv="Content-Type" content="text/html; charset=utf-8">\r\n</head>\r\n<body>\r\n',
    `<p>${escapeText(greeting)}</p><p>${escapeText(sentence)}</p>`,
    ...more,
    `<p><b>${escapeText(from.name)}</b></p>`,
    ...quoted,
    '\r\n</body>\r\n</html>\r\n',
  ].join('');
}

function attachment(text: string): NewAttachment {
  return {
    ...{ type: 'file', name: 'Notes „Ä“.txt', contentType: 'text/plain', contentId: undefined },
    ...{ contentLocation: undefined, isInline: false, isContactPhoto: false },
    content: Buffer.from(`${text}\r\n`, 'utf8'),
  };
}
