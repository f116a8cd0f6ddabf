import { flag, milliseconds, objectOf, oneOf, optional, text, wholeFrom } from './control/input-check.ts';
import { ItemError } from './item-error.ts';
import { OPERATIONS } from './operation-registry.ts';
import { serverBusy } from './policy/throttle.ts';
import { writeEnvelope, writeFault } from './protocol/envelope.ts';
import type { Release } from './releases/release.ts';
import { errorMessage, responseElement } from './response-message.ts';
import { SoapFault } from './soap-fault.ts';

export const injectedFaultKinds = [
  'serverBusyFault', // HTTP 500, SOAP fault ErrorServerBusy with BackOffMilliseconds
  'serverBusyMessage', // HTTP 200, one response message ErrorServerBusy
  'serverBusyPolicy', // HTTP 500, the fault that names the policy in its values instead of a time
  'serverBusyInner', // HTTP 200, ErrorInternalServerError with ErrorServerBusy inside
  'mailboxMoveInProgress', // HTTP 200, one response message
  'duplicateNotifications', // the right answer, each event in it twice
  'unavailable', // HTTP 503 with Retry-After
  'tooManyRequests', // HTTP 429 with Retry-After
  'empty500',
  'html', // HTTP 200 with a web page
  'cutBody', // the connection ends in the middle of the body
  'reset', // the connection ends without an answer
  'unauthorized',
  'dtd', // HTTP 200 with a document that has a DTD
  'delay', // the right answer, late
] as const;

export type InjectedFaultKind = (typeof injectedFaultKinds)[number];

export interface InjectedFault {
  readonly kind: InjectedFaultKind;
  /** Only requests for this operation, such as `GetItem`. */
  readonly operation?: string;
  /** Only requests of who signed in with this address. */
  readonly account?: string;
  /** How many requests; 1 when absent. */
  readonly times?: number;
  /** Do the work first, then fail: the answer is lost. */
  readonly afterCommit?: boolean;
  readonly backOffMs?: number;
  readonly retryAfterSeconds?: number;
  readonly delayMs?: number;
}

/** What a control connection sends must be an InjectedFault. */
export const checkFault = objectOf<InjectedFault>({
  kind: oneOf(injectedFaultKinds),
  operation: optional(operationName),
  account: optional(text),
  times: optional(wholeFrom(1)),
  afterCommit: optional(flag),
  backOffMs: optional(wholeFrom(0)),
  retryAfterSeconds: optional(wholeFrom(0)),
  delayMs: optional(milliseconds),
});

function operationName(value: unknown, what: string): void {
  if (typeof value !== 'string' || !OPERATIONS.has(`m:${value}`))
    throw new Error(`${what} must be an operation of this server, such as GetItem.`);
}

/** Faults waiting for their requests. */
export class FaultQueue {
  #pending: { readonly fault: InjectedFault; left: number }[] = [];

  add(fault: InjectedFault): void {
    this.#pending.push({ fault, left: fault.times ?? 1 });
  }

  clear(): void {
    this.#pending = [];
  }

  /** The fault that the next request of this account for this operation meets. */
  take(operation: string, account: string): InjectedFault | undefined {
    const hit = this.#pending.find(
      ({ fault }) =>
        (fault.operation === undefined || fault.operation === operation) &&
        (fault.account === undefined || fault.account.toLowerCase() === account.toLowerCase()),
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
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  readonly contentType?: string;
  /** Ends the connection instead of finishing: before anything is sent, or in the middle of the body. */
  readonly breakOff?: 'before' | 'middle';
}

/** Turns an injected fault into what is sent; `right` is the answer the request would have had. */
export function faultAnswer<T extends WireAnswer>(
  fault: InjectedFault,
  request: { readonly operation: string; readonly release: Release },
  right: () => T,
): WireAnswer | T {
  const retryAfter = { 'Retry-After': String(fault.retryAfterSeconds ?? 1) };
  const { operation, release } = request;
  const backOffMs = fault.backOffMs ?? 1000;
  switch (fault.kind) {
    case 'serverBusyFault':
      return { status: 500, body: writeFault(serverBusy(backOffMs), release) };
    case 'serverBusyPolicy':
      return { status: 500, body: writeFault(policyBusy(), release) };
    case 'serverBusyMessage':
      return {
        status: 200,
        body: oneError('ErrorServerBusy', backOffValue(backOffMs), { operation, release }),
      };
    case 'serverBusyInner':
      return { status: 200, body: oneError('ErrorInternalServerError', INNER_BUSY, { operation, release }) };
    case 'mailboxMoveInProgress':
      return { status: 200, body: oneError('ErrorMailboxMoveInProgress', '', { operation, release }) };
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
    case 'duplicateNotifications':
      return right();
  }
}

const INNER_BUSY =
  '<t:Value Name="InnerErrorMessageText">The server cannot service this request right now. Try again later.</t:Value>' +
  '<t:Value Name="InnerErrorResponseCode">ErrorServerBusy</t:Value><t:Value Name="InnerErrorDescriptiveLinkKey">0</t:Value>';

function backOffValue(backOffMs: number): string {
  return `<t:Value Name="BackOffMilliseconds">${backOffMs}</t:Value>`;
}

/** As seen when a concurrency limit is the reason: no BackOffMilliseconds among the values. */
function policyBusy(): SoapFault {
  return new SoapFault(
    'ErrorServerBusy',
    'The server cannot service this request right now. Try again later.',
    {
      messageXml:
        '<t:Value Name="Policy">ConcurrentSyncCalls</t:Value><t:Value Name="MaxConcurrencyLimit">5</t:Value>' +
        '<t:Value Name="ErrorMessage">This operation exceeds the throttling budget for policy part ConcurrentSyncCalls, ' +
        'policy value 5. Suggested backoff time 0 ms.</t:Value>',
    },
  );
}

/** One error message, whatever number of them the request would have had. */
function oneError(
  code: string,
  values: string,
  { operation, release }: { readonly operation: string; readonly release: Release },
): string {
  const messageXml = values === '' ? '' : `<m:MessageXml>${values}</m:MessageXml>`;
  const onError = messageXml + (Object.hasOwn(MESSAGE_ENDINGS, operation) ? MESSAGE_ENDINGS[operation] : '');
  const message = errorMessage({ operation, onError }, new ItemError(code));
  return writeEnvelope(responseElement(operation, message), release, release.schemas.at(-1) ?? '');
}

/** The empty containers the schema wants at the end of an error message. */
const MESSAGE_ENDINGS: Readonly<Record<string, string>> = {
  ...Object.fromEntries(
    ['CreateItem', 'GetItem', 'UpdateItem', 'MoveItem', 'CopyItem'].map((name) => [name, '<m:Items/>']),
  ),
  ...Object.fromEntries(
    ['CreateFolder', 'GetFolder', 'UpdateFolder', 'MoveFolder', 'CopyFolder'].map((name) => [
      name,
      '<m:Folders/>',
    ]),
  ),
  CreateAttachment: '<m:Attachments/>',
  GetAttachment: '<m:Attachments/>',
  SyncFolderItems: '<m:SyncState/><m:IncludesLastItemInRange>true</m:IncludesLastItemInRange>',
  SyncFolderHierarchy: '<m:SyncState/><m:IncludesLastFolderInRange>true</m:IncludesLastFolderInRange>',
  GetServerTimeZones: '<m:TimeZoneDefinitions/>',
};
