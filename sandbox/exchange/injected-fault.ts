import { SoapFault, writeFault } from './soap-fault.ts';

export type InjectedFaultKind =
  | 'serverBusyFault' // HTTP 500, SOAP fault ErrorServerBusy with BackOffMilliseconds
  | 'serverBusyMessage' // HTTP 200, one response message ErrorServerBusy
  | 'unavailable' // HTTP 503 with Retry-After
  | 'tooManyRequests' // HTTP 429 with Retry-After
  | 'empty500'
  | 'html' // HTTP 200 with a web page
  | 'cutBody' // the connection ends in the middle of the body
  | 'reset' // the connection ends without an answer
  | 'unauthorized'
  | 'dtd' // HTTP 200 with a document that has a DTD
  | 'delay'; // the right answer, late

export interface InjectedFault {
  readonly kind: InjectedFaultKind;
  /** Only requests for this operation, such as `GetItem`. */
  readonly operation?: string;
  /** How many requests; 1 when absent. */
  readonly times?: number;
  /** Do the work first, then fail: the answer is lost. */
  readonly afterCommit?: boolean;
  readonly backOffMs?: number;
  readonly retryAfterSeconds?: number;
  readonly delayMs?: number;
}

/** Faults waiting for their requests. */
export class FaultQueue {
  #pending: { readonly fault: InjectedFault; left: number }[] = [];

  add(fault: InjectedFault): void {
    this.#pending.push({ fault, left: fault.times ?? 1 });
  }

  /** The fault the next request for this operation meets. */
  take(operation: string): InjectedFault | undefined {
    const hit = this.#pending.find(
      ({ fault }) => fault.operation === undefined || fault.operation === operation,
    );
    if (hit === undefined) return undefined;
    hit.left--;
    this.#pending = this.#pending.filter((one) => one.left > 0);
    return hit.fault;
  }
}

/** What goes over the wire instead of the answer. */
export interface WireAnswer {
  readonly status: number;
  readonly body: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly contentType?: string;
  /** Ends the connection instead of finishing: before anything is sent, or in the middle of the body. */
  readonly breakOff?: 'before' | 'middle';
}

/** Turns an injected fault into what is sent; `right` is the answer the request would have had. */
export function faultAnswer(fault: InjectedFault, operation: string, right: () => WireAnswer): WireAnswer {
  const retryAfter = { 'Retry-After': String(fault.retryAfterSeconds ?? 1) };
  switch (fault.kind) {
    case 'serverBusyFault':
      return { status: 500, body: serverBusyFault(fault.backOffMs ?? 1000) };
    case 'serverBusyMessage':
      return { status: 200, body: serverBusyMessage(operation, fault.backOffMs ?? 1000) };
    case 'unavailable':
      return { status: 503, body: 'Service Unavailable', headers: retryAfter, contentType: 'text/plain' };
    case 'tooManyRequests':
      return { status: 429, body: 'Too Many Requests', headers: retryAfter, contentType: 'text/plain' };
    case 'empty500':
      return { status: 500, body: '' };
    case 'html':
      return {
        status: 200,
        body: '<!DOCTYPE html><html><head><title>Sign in</title></head><body>Please sign in.</body></html>',
        contentType: 'text/html; charset=utf-8',
      };
    case 'cutBody':
      return { ...right(), breakOff: 'middle' };
    case 'reset':
      return { status: 500, body: '', breakOff: 'before' };
    case 'unauthorized':
      return { status: 401, body: '', headers: { 'WWW-Authenticate': 'Basic realm="sandbox"' } };
    case 'dtd':
      return {
        status: 200,
        body: '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]><x>&b;</x>',
      };
    case 'delay':
      return right();
  }
}

function serverBusyFault(backOffMs: number): string {
  return writeFault(
    new SoapFault('ErrorServerBusy', 'The server cannot service this request right now. Try again later.', {
      messageXml: `<t:Value Name="BackOffMilliseconds">${backOffMs}</t:Value>`,
    }),
  );
}

function serverBusyMessage(operation: string, backOffMs: number): string {
  const types = 'http://schemas.microsoft.com/exchange/services/2006/types';
  const ending = MESSAGE_ENDINGS[operation] ?? '';
  return (
    '<?xml version="1.0" encoding="utf-8"?><s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>' +
    `<m:${operation}Response xmlns:m="http://schemas.microsoft.com/exchange/services/2006/messages" xmlns:t="${types}">` +
    `<m:ResponseMessages><m:${operation}ResponseMessage ResponseClass="Error">` +
    '<m:MessageText>The server cannot service this request right now. Try again later.</m:MessageText>' +
    '<m:ResponseCode>ErrorServerBusy</m:ResponseCode><m:DescriptiveLinkKey>0</m:DescriptiveLinkKey>' +
    `<m:MessageXml><t:Value Name="BackOffMilliseconds">${backOffMs}</t:Value></m:MessageXml>${ending}` +
    `</m:${operation}ResponseMessage></m:ResponseMessages></m:${operation}Response></s:Body></s:Envelope>`
  );
}

/** The empty containers the schema wants at the end of an error message. */
const MESSAGE_ENDINGS: Readonly<Record<string, string>> = {
  ...Object.fromEntries(
    ['CreateItem', 'GetItem', 'UpdateItem', 'MoveItem', 'CopyItem'].map((name) => [name, '<m:Items/>']),
  ),
  CreateAttachment: '<m:Attachments/>',
  GetAttachment: '<m:Attachments/>',
  SyncFolderItems: '<m:SyncState/><m:IncludesLastItemInRange>true</m:IncludesLastItemInRange>',
  SyncFolderHierarchy: '<m:SyncState/><m:IncludesLastFolderInRange>true</m:IncludesLastFolderInRange>',
  GetServerTimeZones: '<m:TimeZoneDefinitions/>',
};
