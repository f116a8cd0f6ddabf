/** An attendee's answer on its way to the organiser. */
import type { Assignment } from '../property.ts';
import type { RequestContext } from '../request-context.ts';
import type { PropertyValue, StoredItem } from '../stored-item.ts';
import { textValue } from '../stored-item.ts';
import { dateTime } from '../xml-text.ts';
import { copyOf } from './attendee-calendar.ts';
import { ASSOCIATED, storedReference } from './associated-item.ts';
import { attendeesUnder, attendeesValue, organizerOf, samePerson } from './attendee.ts';
import type { Attendee, Person } from './attendee.ts';
import { ATTENDEE_KEYS, STAMPED } from './calendar-values.ts';
import { RESPONSE } from './meeting-message-properties.ts';
import { messageHead, sharedValues } from './meeting-values.ts';

const WORDS = { Accept: 'Accepted', Tentative: 'Tentative', Decline: 'Declined' } as const;
const CLASSES = { Accept: 'Pos', Tentative: 'Tent', Decline: 'Neg' } as const;

export interface SentAnswer {
  readonly answer: keyof typeof WORDS;
  readonly body: readonly Assignment[];
  readonly saveCopy: boolean;
}

/** Delivers a MeetingResponse and writes the answer into the organiser's item. */
export function sendResponse(meeting: StoredItem, sent: SentAnswer, context: RequestContext): void {
  const organizer = organizerOf(meeting);
  if (organizer === undefined) return;
  const { mailbox, stamp, store } = context;
  const me: Person = { name: mailbox.name, address: mailbox.address };
  const message = (isRead: boolean): Map<string, PropertyValue> => {
    const values = new Map<string, PropertyValue>([
      ...sharedValues(meeting),
      ['item:ItemClass', `IPM.Schedule.Meeting.Resp.${CLASSES[sent.answer]}`],
      ['item:Subject', `${WORDS[sent.answer]}: ${textValue(meeting, 'item:Subject') ?? ''}`],
      [RESPONSE, sent.answer],
      [STAMPED, dateTime(stamp.at)],
      ...messageHead(me, [organizer], { isRead, at: stamp.at }),
    ]);
    values.delete('item:Body');
    for (const [key, value] of sent.body) if (value !== undefined) values.set(key, value);
    return values;
  };
  const box = store.findMailbox(organizer.address);
  if (box !== undefined) {
    const original = copyOf(box, meeting);
    if (original !== undefined) {
      note(original, me, { response: sent.answer, repliedAt: dateTime(stamp.at) });
      box.touchItem(original, stamp);
    }
    const values = message(false);
    if (original !== undefined) values.set(ASSOCIATED, storedReference(original));
    const inbox = box.distinguishedFolder('inbox');
    if (inbox !== undefined) {
      box.emit({ type: 'newMail', item: box.addItem(inbox, { kind: 'MeetingResponse', values }, stamp) });
    }
  }
  const sentItems = mailbox.distinguishedFolder('sentitems');
  if (sent.saveCopy && sentItems !== undefined) {
    mailbox.addItem(sentItems, { kind: 'MeetingResponse', values: message(true) }, stamp);
  }
}

function note(original: StoredItem, who: Person, answer: Pick<Attendee, 'response' | 'repliedAt'>): void {
  for (const key of ATTENDEE_KEYS) {
    const list = attendeesUnder(original, key);
    if (!list.some((one) => samePerson(one, who))) continue;
    const value = attendeesValue(list.map((one) => (samePerson(one, who) ? { ...one, ...answer } : one)));
    if (value !== undefined) original.values.set(key, value);
  }
}
