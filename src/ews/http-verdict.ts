/** Tells a SOAP answer from everything else that servers and what stands before them send. */
import type { RemoteError } from '../errors.ts';
import type { Attempted } from './http-failure.ts';
import { remoteError, requestTooLarge, serverBusy, truncated } from './http-failure.ts';
import type { HttpAnswer } from './http-post.ts';

/** An HTTP answer read as text; `envelope` is set when it is SOAP, `failure` when it is not. */
export type Verdict = { readonly envelope: string } | { readonly failure: RemoteError };

export interface AnswerRules {
  /** Local name of the root element an answer has. */
  readonly root: string;
  /** From the header Retry-After of this answer. */
  readonly retryAfterMs: number | undefined;
  readonly url: URL;
  /** By which user name and password were sent, where they were. */
  readonly scheme: 'basic' | 'ntlm' | undefined;
}

export function judgeAnswer(answer: HttpAnswer, attempted: Attempted, rules: AnswerRules): Verdict {
  const refusal = refusalOf(answer, attempted, rules);
  if (refusal) return { failure: refusal };
  const { host, operation, repeatable } = attempted;
  const { status } = answer;
  const outcomeUnknown = !repeatable && (status < 300 || status >= 500 || status === 408);
  const mediaType = mediaTypeOf(answer);
  if (answer.body.length === 0) {
    return {
      failure: remoteError({
        code: status === 200 || status === 500 ? 'EmptyResponse' : 'ServerError',
        message: `${host} answered HTTP ${status} without any content (${operation}).`,
        remedy:
          'Look into the event log of the Exchange server; restarting its EWS application pool often helps.',
        retryable: status === 200 || status >= 500 || status === 408,
        outcomeUnknown,
      }),
    };
  }
  if (mediaType === 'text/xml' || mediaType === 'application/soap+xml') {
    const text = decodeText(answer);
    if (text !== undefined && startOf(rules.root).test(text.slice(0, 2000))) {
      return endOf(rules.root).test(text.slice(-500))
        ? { envelope: text }
        : { failure: truncated(attempted) };
    }
  }
  if (status !== 200 && status !== 500) {
    return {
      failure: remoteError({
        code: 'ServerError',
        message: `${host} answered HTTP ${status} (${operation}).`,
        remedy: 'Look into the event log of the Exchange server, or of the proxy or load balancer before it.',
        retryable: status >= 500 || status === 408,
        outcomeUnknown,
      }),
    };
  }
  return {
    failure: remoteError({
      code: 'NotSoap',
      message: `${host} answered HTTP ${status} with ${mediaType || 'no content type'} instead of SOAP (${operation}).`,
      remedy: 'Check that the address leads to /EWS/Exchange.asmx and not to a sign-in page or a proxy.',
      retryable: status === 500,
      outcomeUnknown,
    }),
  };
}

function startOf(root: string): RegExp {
  return new RegExp(`<(?:[\\w.-]+:)?${root}[\\s>]`);
}

function endOf(root: string): RegExp {
  return new RegExp(`</(?:[\\w.-]+:)?${root}\\s*>\\s*$`);
}

/** The statuses by which a server refuses before it does anything. */
function refusalOf(answer: HttpAnswer, attempted: Attempted, rules: AnswerRules): RemoteError | undefined {
  const { host, operation } = attempted;
  const { status } = answer;
  const about = `(HTTP ${status}, ${operation})`;
  if (status >= 300 && status < 400) {
    return remoteError({
      code: 'Redirected',
      message: `${host} sends us on to another address ${about}.`,
      remedy: `Set the address that answers itself${redirectTarget(answer, rules.url)}; redirects are not followed.`,
      retryable: false,
      ...locationOf(answer, rules.url),
    });
  }
  if (status === 401) {
    return remoteError({
      code: 'Unauthorized',
      message: `${host} refuses the user name and password ${about}.`,
      remedy: rules.scheme === 'ntlm' ? ntlmRefusedRemedy : refusedRemedy,
      retryable: false,
    });
  }
  if (status === 403) {
    return remoteError({
      code: 'Forbidden',
      message: `${host} forbids this account to use EWS ${about}.`,
      remedy: 'Check EwsEnabled and EwsApplicationAccessPolicy (Get-CASMailbox, Get-OrganizationConfig).',
      retryable: false,
    });
  }
  if (status === 404) {
    return remoteError({
      code: 'NotFound',
      message: `There is no EWS at this address of ${host} ${about}.`,
      remedy: 'The address usually is https://HOST/EWS/Exchange.asmx.',
      retryable: false,
    });
  }
  if (status === 413) {
    return requestTooLarge(attempted);
  }
  if (status === 429 || status === 503) {
    return serverBusy(attempted, rules.retryAfterMs);
  }
  return undefined;
}

const refusedRemedy =
  'Enter the right ones; nothing more is sent with these, so that the account is not locked.';
/** Exchange gives the same answer to all of these. */
const ntlmRefusedRemedy =
  'Enter the right ones, as DOMAIN\\user or user@domain; nothing more is sent with these, so that the account is not' +
  ' locked. If they are right: is the account locked or forbidden NTLM, or, with Extended Protection, does something' +
  ' before Exchange show another certificate?';

function locationOf(answer: HttpAnswer, url: URL): { readonly location?: string } {
  const { location } = answer.headers;
  return location && URL.canParse(location, url) ? { location: new URL(location, url).href } : {};
}

/** Host and path only: a query may carry session keys. */
function redirectTarget(answer: HttpAnswer, url: URL): string {
  const { location } = locationOf(answer, url);
  if (location === undefined) return '';
  const target = new URL(location);
  return ` (perhaps ${target.protocol}//${target.host}${target.pathname.slice(0, 200)})`;
}

function mediaTypeOf(answer: HttpAnswer): string {
  const first = (answer.headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase() ?? '';
  return /^[\w.+-]{1,60}\/[\w.+-]{1,60}$/.test(first) ? first : '';
}

/** Undefined where the bytes are not in the charset they claim: better no item than a damaged one. */
function decodeText(answer: HttpAnswer): string | undefined {
  const charset = /charset\s*=\s*"?([\w-]+)/i.exec(answer.headers['content-type'] ?? '')?.[1] ?? 'utf-8';
  try {
    return new TextDecoder(charset, { fatal: true }).decode(answer.body);
  } catch {
    return undefined;
  }
}
