/** m:GetUserAvailabilityRequest, read and checked. */
import { SoapFault } from '../soap-fault.ts';
import { child, childText, requiredChild } from '../xml-tree.ts';
import type { XmlElement } from '../xml-tree.ts';
import { MINUTE_MS } from './local-time.ts';
import { readMoment, resolveMoment } from './moment-reader.ts';
import { requestZone } from './request-zone.ts';
import type { Zone } from './zone.ts';
import { readSerializableZone } from './zone-reader.ts';

const VIEWS = ['None', 'MergedOnly', 'FreeBusy', 'FreeBusyMerged', 'Detailed', 'DetailedMerged'];
/** https://learn.microsoft.com/exchange/client-developer/web-service-reference/mailboxdataarray */
const MOST_MAILBOXES = 100;

/** A span in milliseconds UTC. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

export interface FreeBusyOptions {
  readonly window: Span;
  readonly intervalMs: number;
  readonly view: string;
}

export interface SuggestionOptions {
  readonly window: Span;
  readonly lengthMs: number;
  /** Percent of attendees that may be taken for a time to be good. */
  readonly goodThreshold: number;
  readonly perDay: number;
  readonly outsideWorkPerDay: number;
  readonly minimum: string;
}

export interface AvailabilityRequest {
  readonly zone: Zone;
  readonly mailboxes: readonly XmlElement[];
  readonly freeBusy: FreeBusyOptions | undefined;
  readonly suggestions: SuggestionOptions | undefined;
}

/** What is wrong with the request as a whole is a fault. */
export function readAvailabilityRequest(
  request: XmlElement,
  header: XmlElement | undefined,
): AvailabilityRequest {
  const zoneElement = child(request, 't:TimeZone');
  const zone = zoneElement === undefined ? requestZone(header) : readSerializableZone(zoneElement);
  const mailboxes = requiredChild(request, 'm:MailboxDataArray').children;
  if (mailboxes.length > MOST_MAILBOXES) {
    const sizes = `The allowed size = ${MOST_MAILBOXES}; the actual size = ${mailboxes.length}.`;
    throw new SoapFault(
      'ErrorMailboxDataArrayTooBig',
      `There are too many target users in the array. ${sizes}`,
    );
  }
  const freeBusyElement = child(request, 't:FreeBusyViewOptions');
  const suggestionsElement = child(request, 't:SuggestionsViewOptions');
  if (freeBusyElement === undefined && suggestionsElement === undefined) {
    throw new SoapFault(
      'ErrorInvalidRequest',
      'Neither free/busy information nor suggestions were asked for.',
    );
  }
  return {
    zone,
    mailboxes,
    freeBusy: freeBusyElement && readFreeBusyOptions(freeBusyElement, zone),
    suggestions: suggestionsElement && readSuggestionOptions(suggestionsElement, zone),
  };
}

function readFreeBusyOptions(element: XmlElement, zone: Zone): FreeBusyOptions {
  const window = readSpan(requiredChild(element, 't:TimeWindow'), zone);
  const minutes = wholeNumber(element, 't:MergedFreeBusyIntervalInMinutes', 30);
  const view = childText(element, 't:RequestedView', VIEWS) ?? 'FreeBusyMerged';
  if (view === 'None')
    throw new SoapFault('ErrorInvalidFreeBusyViewType', 'The free/busy view is not valid.');
  if (minutes < 5 || minutes > 1440 || minutes * MINUTE_MS > window.end - window.start) {
    throw new SoapFault(
      'ErrorInvalidMergedFreeBusyInterval',
      'The merged free/busy interval must be 5 to 1440 minutes and no longer than the time window.',
    );
  }
  return { window, intervalMs: minutes * MINUTE_MS, view };
}

function readSuggestionOptions(element: XmlElement, zone: Zone): SuggestionOptions {
  const between = (name: string, fallback: number, [min, max]: readonly [number, number]): number => {
    const value = wholeNumber(element, name, fallback);
    if (value >= min && value <= max) return value;
    throw new SoapFault('ErrorInvalidArgument', `${name.slice(2)} must be ${min} to ${max}.`);
  };
  return {
    window: readSpan(requiredChild(element, 't:DetailedSuggestionsWindow'), zone),
    lengthMs: between('t:MeetingDurationInMinutes', 60, [30, 1440]) * MINUTE_MS,
    goodThreshold: between('t:GoodThreshold', 25, [1, 49]),
    perDay: between('t:MaximumResultsByDay', 10, [0, 48]),
    outsideWorkPerDay: between('t:MaximumNonWorkHourResultsByDay', 0, [0, 48]),
    minimum: childText(element, 't:MinimumSuggestionQuality', QUALITIES) ?? 'Fair',
  };
}

/** From best to worst. */
export const QUALITIES = ['Excellent', 'Good', 'Fair', 'Poor'];

function readSpan(element: XmlElement, zone: Zone): Span {
  const moment = (name: string): number => resolveMoment(readMoment(requiredChild(element, name)), zone);
  const span = { start: moment('t:StartTime'), end: moment('t:EndTime') };
  if (span.start >= span.end) {
    throw new SoapFault('ErrorInvalidTimeInterval', 'The start time must be earlier than the end time.');
  }
  return span;
}

function wholeNumber(element: XmlElement, name: string, fallback: number): number {
  const text = childText(element, name);
  return text === undefined ? fallback : Number(text);
}
