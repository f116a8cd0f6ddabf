/** The plug of ews-javascript-api (its IXHRApi), so that its requests go through our transport. */
import type { IXHRApi, IXHROptions } from 'ews-javascript-api';
import { RemoteError } from '../errors.ts';
import { readEnvelope } from './operations/envelope.ts';
import type { Operation } from './operations/operation.ts';
import { backOffMsOf, remoteErrorOf } from './response-codes.ts';
import type { ServerVersion } from './server-release.ts';
import { XmlError } from './soap-reader.ts';
import type { EwsTransport } from './transport.ts';

/** The library's request, named by the hardening. */
export interface NamedRequest extends IXHROptions {
  operation?: string;
}

export interface XhrOptions {
  readonly transport: EwsTransport;
  readonly anchorMailbox?: string;
  readonly signal: AbortSignal;
  /** Called for each answer that names the server's version; faults of Exchange 2010 and newer do not. */
  readonly onServerVersion: (version: ServerVersion) => void;
}

/**
 * The library sees well-formed answers without a fault only, as HTTP 200; everything else is thrown as RemoteError. Its
 * headers are not sent: sign-in and the rest are the transport's.
 */
export function xhrOverTransport(options: XhrOptions): IXHRApi {
  return {
    apiName: 'exchange-crm-sync',
    async xhr(request: NamedRequest) {
      const operation = request.operation ?? 'unnamed';
      const xml = await options.transport.post(String(request.data), {
        operation,
        // The control plane only asks questions.
        repeatable: true,
        signal: options.signal,
        ...(options.anchorMailbox === undefined ? {} : { anchorMailbox: options.anchorMailbox }),
      });
      checkAnswer(xml, operation, options);
      return { status: 200, responseText: xml } as XMLHttpRequest;
    },
    xhrStream() {
      return Promise.reject(new Error('the control plane does not stream'));
    },
    disconnect() {
      // Connections belong to the transport.
    },
  };
}

function checkAnswer(xml: string, operation: string, { transport, onServerVersion }: XhrOptions): void {
  try {
    const answer = readEnvelope(xml, questionNamed(operation));
    if (answer.serverVersion) onServerVersion(answer.serverVersion);
    if (answer.kind === 'messages') return;
    const backOffMs = backOffMsOf(answer.code, answer.details);
    if (backOffMs !== null) transport.holdOff(backOffMs);
    throw remoteErrorOf(answer.code, {
      write: false,
      ...(backOffMs === null ? {} : { retryAfterMs: backOffMs }),
    });
  } catch (error) {
    if (!(error instanceof XmlError)) throw error;
    throw new RemoteError({
      side: 'exchange',
      code: 'MalformedAnswer',
      message: error.message,
      retryable: true,
      cause: error,
    });
  }
}

/** Envelopes are read here for their faults only; the content is the library's business. One a name, read often. */
const questions = new Map<string, Operation<null, null>>();

function questionNamed(name: string): Operation<null, null> {
  const known = questions.get(name);
  if (known) return known;
  const made: Operation<null, null> = {
    name,
    repeatable: true,
    expects: () => 1,
    write: () => '',
    start: () => null,
    payload: new Map(),
  };
  questions.set(name, made);
  return made;
}
