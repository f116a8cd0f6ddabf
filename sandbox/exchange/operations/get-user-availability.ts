import { busyTimes, eventXml, mergedDigits } from '../calendar/availability-events.ts';
import { readAvailabilityRequest } from '../calendar/availability-request.ts';
import type { FreeBusyOptions } from '../calendar/availability-request.ts';
import { suggestionDaysXml } from '../calendar/availability-suggestions.ts';
import { DAY_MS } from '../calendar/local-time.ts';
import { workingHoursXml } from '../calendar/working-hours.ts';
import type { Zone } from '../calendar/zone.ts';
import { ItemError } from '../item-error.ts';
import type { Mailbox } from '../mailbox.ts';
import type { RequestContext } from '../request-context.ts';
import { escapeText } from '../xml-text.ts';
import { checkSequence, childText, requiredChild } from '../xml-tree.ts';
import type { XmlElement } from '../xml-tree.ts';

const NAMESPACES =
  'xmlns:m="http://schemas.microsoft.com/exchange/services/2006/messages" ' +
  'xmlns:t="http://schemas.microsoft.com/exchange/services/2006/types"';
const MOST_DAYS = 42;

/** https://learn.microsoft.com/exchange/client-developer/web-service-reference/getuseravailability-operation */
export function getUserAvailability(request: XmlElement, context: RequestContext): string {
  checkSequence(request, [
    't:TimeZone',
    'm:MailboxDataArray',
    't:FreeBusyViewOptions',
    't:SuggestionsViewOptions',
  ]);
  const { zone, mailboxes, freeBusy, suggestions } = readAvailabilityRequest(request, context.header);
  let xml = '';
  if (freeBusy !== undefined) {
    const responses = mailboxes.map((one) => freeBusyResponse(one, freeBusy, { zone, context }));
    xml += `<m:FreeBusyResponseArray>${responses.join('')}</m:FreeBusyResponseArray>`;
  }
  if (suggestions !== undefined) {
    const asked = mailboxes.map((one) => {
      const mailbox = context.store.findMailbox(addressOf(one));
      return mailbox === undefined ? undefined : busyTimes(mailbox, suggestions.window);
    });
    const days = suggestionDaysXml(asked, suggestions, zone);
    xml += `<m:SuggestionsResponse>${SUCCESS}<m:SuggestionDayResultArray>${days}</m:SuggestionDayResultArray></m:SuggestionsResponse>`;
  }
  return `<m:GetUserAvailabilityResponse ${NAMESPACES}>${xml}</m:GetUserAvailabilityResponse>`;
}

const SUCCESS =
  '<m:ResponseMessage ResponseClass="Success"><m:ResponseCode>NoError</m:ResponseCode></m:ResponseMessage>';

function addressOf(mailboxData: XmlElement): string {
  return childText(requiredChild(mailboxData, 't:Email'), 't:Address') ?? '';
}

/** One mailbox's answer; what is wrong with it fails it alone. */
function freeBusyResponse(
  element: XmlElement,
  options: FreeBusyOptions,
  { zone, context }: { readonly zone: Zone; readonly context: RequestContext },
): string {
  try {
    const ordered = context.failures.take(element);
    if (ordered !== undefined) throw new ItemError(ordered);
    const days = Math.ceil((options.window.end - options.window.start) / DAY_MS);
    if (days > MOST_DAYS) {
      throw new ItemError(
        'ErrorTimeIntervalTooBig',
        `The requested time window is too long. The allowed limit = ${MOST_DAYS} days; the actual limit = ${days} days.`,
      );
    }
    const address = addressOf(element);
    const mailbox = context.store.findMailbox(address);
    if (mailbox === undefined) {
      throw new ItemError('ErrorMailRecipientNotFound', `Unable to resolve e-mail address ${address}.`);
    }
    const view = freeBusyView(mailbox, options, { zone, context });
    return `<m:FreeBusyResponse>${SUCCESS}${view}</m:FreeBusyResponse>`;
  } catch (error) {
    if (!(error instanceof ItemError)) throw error;
    return (
      '<m:FreeBusyResponse><m:ResponseMessage ResponseClass="Error">' +
      `<m:MessageText>${escapeText(error.message)}</m:MessageText><m:ResponseCode>${error.code}</m:ResponseCode>` +
      '<m:DescriptiveLinkKey>0</m:DescriptiveLinkKey></m:ResponseMessage>' +
      '<m:FreeBusyView><t:FreeBusyViewType>None</t:FreeBusyViewType></m:FreeBusyView></m:FreeBusyResponse>'
    );
  }
}

/** The most detailed of the asked view that the caller may see: details of one's own, or of mailboxes one may act as. */
function freeBusyView(
  mailbox: Mailbox,
  { window, intervalMs, view }: FreeBusyOptions,
  { zone, context }: { readonly zone: Zone; readonly context: RequestContext },
): string {
  const isOwner = mailbox === context.mailbox;
  const maySee = isOwner || (context.caller.impersonates ?? []).includes(mailbox.address);
  const detailed = view.startsWith('Detailed') && maySee;
  const given = view.startsWith('Detailed') && !maySee ? view.replace('Detailed', 'FreeBusy') : view;
  const times = busyTimes(mailbox, window);
  const merged = given.includes('Merged')
    ? `<t:MergedFreeBusy>${mergedDigits(times, window, intervalMs)}</t:MergedFreeBusy>`
    : '';
  if (given === 'MergedOnly') {
    return `<m:FreeBusyView><t:FreeBusyViewType>${given}</t:FreeBusyViewType>${merged}</m:FreeBusyView>`;
  }
  const events = times.map((one) => eventXml(one, zone, detailed ? { mailbox, isOwner } : undefined));
  const list = events.length === 0 ? '' : `<t:CalendarEventArray>${events.join('')}</t:CalendarEventArray>`;
  const year = new Date(window.start).getUTCFullYear();
  return (
    `<m:FreeBusyView><t:FreeBusyViewType>${given}</t:FreeBusyViewType>${merged}${list}` +
    `${workingHoursXml(zone, year)}</m:FreeBusyView>`
  );
}
