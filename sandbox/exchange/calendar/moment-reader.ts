/** xs:dateTime of a request, with or without a zone. */
import { invalidValue } from '../property-reader.ts';
import { dateTime } from '../xml-text.ts';
import type { XmlElement } from '../xml-tree.ts';
import { toInstant } from './zone.ts';
import type { Zone } from './zone.ts';

const SHAPE = /^(\d{4}-\d\d-\d\d)(?:T(\d\d:\d\d(?::\d\d)?)(?:\.\d+)?)?(Z|[+-]\d\d:\d\d)?$/;

/** The moment as UTC text with a Z, or, for a time without a zone, the local text without one. */
export function readMoment(element: XmlElement): string {
  const text = element.text.trim();
  const match = SHAPE.exec(text);
  const time = match?.[2] ?? '00:00:00';
  const local = `${match?.[1]}T${time.length === 5 ? `${time}:00` : time}`;
  const zone = match?.[3];
  const ms = match === null ? Number.NaN : Date.parse(`${local}${zone ?? 'Z'}`);
  if (Number.isNaN(ms)) throw invalidValue(element, 'dateTime');
  return zone === undefined ? local : dateTime(ms);
}

/** The moment a text of readMoment means; `zone` is where it was said when it has none of its own. */
export function resolveMoment(text: string, zone: Zone): number {
  return text.endsWith('Z') ? Date.parse(text) : toInstant(zone, Date.parse(`${text}Z`));
}
