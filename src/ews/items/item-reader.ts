/** Reads the items of an answer: those we sync with their fields, of everything else id, class and stamp. */
import { within } from '../soap-reader.ts';
import type { Attributes, Shape } from '../soap-reader.ts';
import { contactChildren } from './contact-shapes.ts';
import { eventChildren } from './event-shapes.ts';
import { emptyItem, itemChildren } from './read-item.ts';
import type { ReadItem } from './read-item.ts';
import { taskChildren } from './task-shapes.ts';

const childrenOf: Readonly<Record<string, ReadonlyMap<string, Shape<ReadItem>>>> = {
  Contact: contactChildren,
  Task: taskChildren,
  CalendarItem: eventChildren,
};

const elements = [
  'Item',
  'Message',
  'CalendarItem',
  'Contact',
  'DistributionList',
  'MeetingMessage',
  'MeetingRequest',
  'MeetingResponse',
  'MeetingCancellation',
  'Task',
  'PostItem',
] as const;

/** Children of `<m:Items>`, `<t:Create>` and the like: items of every kind. */
export function itemShapes<C>(add: (context: C, item: ReadItem) => void): ReadonlyMap<string, Shape<C>> {
  return new Map(
    elements.map((element): [string, Shape<C>] => [
      `t:${element}`,
      within(
        (context: C, _attributes: Attributes) => {
          const item = emptyItem(element);
          add(context, item);
          return item;
        },
        { children: childrenOf[element] ?? itemChildren },
      ),
    ]),
  );
}
