/** Every kind of item this server keeps. A new one is one file in kinds/ (or calendar/) and one line here. */
import { CALENDAR_ITEM_KIND } from './calendar/calendar-item.ts';
import {
  MEETING_CANCELLATION_KIND,
  MEETING_REQUEST_KIND,
  MEETING_RESPONSE_KIND,
} from './calendar/meeting-messages.ts';
import type { KindDefinition } from './item-kind.ts';
import { CONTACT_KIND } from './kinds/contact.ts';
import { DISTRIBUTION_LIST_KIND } from './kinds/distribution-list.ts';
import { MESSAGE_KIND } from './kinds/message.ts';
import { PLAIN_ITEM_KIND } from './kinds/plain-item.ts';
import { POST_ITEM_KIND } from './kinds/post-item.ts';
import { TASK_KIND } from './kinds/task.ts';
import type { Property } from './property.ts';
import type { ItemKind } from './stored-item.ts';

const ALL: readonly KindDefinition[] = [
  PLAIN_ITEM_KIND,
  MESSAGE_KIND,
  CONTACT_KIND,
  DISTRIBUTION_LIST_KIND,
  TASK_KIND,
  POST_ITEM_KIND,
  CALENDAR_ITEM_KIND,
  MEETING_REQUEST_KIND,
  MEETING_RESPONSE_KIND,
  MEETING_CANCELLATION_KIND,
];

interface RegisteredKind {
  readonly definition: KindDefinition;
  readonly byUri: ReadonlyMap<string, Property>;
  readonly byElement: ReadonlyMap<string, Property>;
}

const KINDS: ReadonlyMap<string, RegisteredKind> = new Map(
  ALL.map((definition) => [
    definition.name,
    {
      definition,
      byUri: new Map(definition.properties.map((property) => [property.uri, property])),
      byElement: new Map(definition.properties.map((property) => [property.element, property])),
    },
  ]),
);
const BY_URI: ReadonlyMap<string, Property> = new Map(
  ALL.flatMap((definition) => definition.properties).map((property) => [property.uri, property]),
);

/** The kind whose element has this name, without prefix. */
export function findKind(name: string): KindDefinition | undefined {
  return KINDS.get(name)?.definition;
}

export function kindOf(item: { readonly kind: ItemKind }): KindDefinition {
  const kind = findKind(item.kind);
  if (kind === undefined) throw new Error(`No kind ${item.kind} is registered.`);
  return kind;
}

export function propertyByElement(kind: string, element: string): Property | undefined {
  return KINDS.get(kind)?.byElement.get(element);
}

export function propertyByUri(kind: string, uri: string): Property | undefined {
  return KINDS.get(kind)?.byUri.get(uri);
}

/** The property of that FieldURI, whichever kind has it. */
export function anyPropertyByUri(uri: string): Property | undefined {
  return BY_URI.get(uri);
}
