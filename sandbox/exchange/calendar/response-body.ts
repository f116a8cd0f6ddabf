import type { Assignment } from '../property.ts';
import { child } from '../xml-tree.ts';
import type { XmlElement } from '../xml-tree.ts';
import { BODY_PROPERTY } from '../body-text.ts';
import { readProperty } from '../property-reader.ts';

/** The text somebody wrote into an answer: t:Body, or t:NewBodyContent of a cancellation. */
export function bodyAssignments(element: XmlElement): readonly Assignment[] {
  const body = child(element, 't:NewBodyContent') ?? child(element, 't:Body');
  if (body === undefined) return [];
  return readProperty(BODY_PROPERTY, body).filter(([, value]) => value !== undefined);
}
