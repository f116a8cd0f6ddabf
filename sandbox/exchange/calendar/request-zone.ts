/** The zone a request speaks in, and answers in it. */
import { child } from '../xml-tree.ts';
import type { XmlElement } from '../xml-tree.ts';
import { DAY_MS, localText } from './local-time.ts';
import { toLocal, UTC } from './zone.ts';
import type { Zone } from './zone.ts';
import { readZoneDefinition } from './zone-reader.ts';

/** The zone of the t:TimeZoneContext header; UTC without one. */
export function requestZone(header: XmlElement | undefined): Zone {
  const context = header === undefined ? undefined : child(header, 't:TimeZoneContext');
  const definition = context === undefined ? undefined : child(context, 't:TimeZoneDefinition');
  return definition === undefined ? UTC : readZoneDefinition(definition);
}

const MOMENTS =
  /<t:((?:Original|Proposed)?Start|(?:Proposed)?End|DateTime(?:Received|Sent|Created|Stamp)|ReminderDueBy|ReminderNextTime|RecurrenceId|AppointmentReplyTime|LastResponseTime|LastModifiedTime|(?:Due|Complete|Assigned)Date|RetentionDate)>(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)Z</g;
const DAYS = /<t:(StartDate|EndDate)>(\d{4}-\d\d-\d\d)Z</g;

/** Rewrites the moments of an answer from UTC to the zone of the request, as Exchange 2010 and later do. */
export function inRequestZone(answer: string, zone: Zone): string {
  if (zone === UTC) return answer;
  return answer
    .replace(MOMENTS, (_whole, element: string, text: string) => {
      return `<t:${element}>${zonedText(zone, Date.parse(`${text}Z`))}<`;
    })
    .replace(DAYS, (_whole, element: string, text: string) => {
      return `<t:${element}>${text}${offsetText(zone, Date.parse(text) + DAY_MS / 2)}<`;
    });
}

/** A moment as a zone's clocks show it, with their offset. */
export function zonedText(zone: Zone, ms: number): string {
  return localText(toLocal(zone, ms)) + offsetText(zone, ms);
}

function offsetText(zone: Zone, ms: number): string {
  const minutes = zone.offsetAt(ms);
  if (minutes === 0) return 'Z';
  const size = Math.abs(minutes);
  const part = (value: number): string => String(value).padStart(2, '0');
  return `${minutes < 0 ? '-' : '+'}${part(Math.floor(size / 60))}:${part(size % 60)}`;
}
