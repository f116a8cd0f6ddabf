/** Sends one operation and turns what the server says about the request as a whole into errors. */
import { RemoteError } from '../../errors.ts';
import { backOffMsOf, isRetryable, isSchemaRefusal, remoteErrorOf } from '../response-codes.ts';
import type { PrivateItems } from '../items/event-values.ts';
import { XmlError } from '../soap-reader.ts';
import type { ServerVersion } from '../server-release.ts';
import type { EwsTransport } from '../transport.ts';
import type { EwsSchema } from '../versions.ts';
import { readEnvelope, writeEnvelope } from './envelope.ts';
import type { Operation, ResponseMessage, SoapAnswer } from './operation.ts';

/** One mailbox over one transport. */
export interface EwsSession {
  readonly transport: EwsTransport;
  /** Primary SMTP address. */
  readonly mailbox: string;
  /** True: the account acts as the mailbox; false: the account's own mailbox. */
  readonly impersonate: boolean;
  readonly schema: EwsSchema;
  /** How private events are shown; `busy` unless given. */
  readonly privateItems?: PrivateItems;
  /** Called for each answer that names the version of the server. */
  readonly onServerVersion?: (version: ServerVersion) => void;
}

export interface RunOptions {
  readonly signal?: AbortSignal | undefined;
  /** A further attempt of the caller's: on a new connection, and not repeated by the transport again. */
  readonly freshConnection?: boolean;
}

/** The first attempt included. */
const maxAttempts = 3;
/** A longer back-off is the caller's to wait for: he may hold a lease meanwhile. */
const longestOwnWaitMs = 15_000;

/**
 * The response messages in the order of the request. A busy server is waited for in the transport's gate and asked again,
 * writes as well, for an explicit refusal was not carried out. Throws RemoteError when the request failed as a whole.
 */
export async function runOperation<Request, Answer>(
  session: EwsSession,
  operation: Operation<Request, Answer>,
  request: Request,
  options: RunOptions = {},
): Promise<readonly ResponseMessage<Answer>[]> {
  const envelope = writeEnvelope(operation.write(request, session.schema), {
    schema: session.schema,
    ...(session.impersonate && { actAs: session.mailbox }),
  });
  for (let attempt = 1; ; attempt++) {
    const xml = await session.transport.post(envelope, {
      operation: operation.name,
      anchorMailbox: session.mailbox,
      repeatable: operation.repeatable && !options.freshConnection,
      ...(options.freshConnection && { freshConnection: true }),
      ...(options.signal && { signal: options.signal }),
    });
    const answer = readAnswer(xml, operation);
    if (answer.serverVersion) session.onServerVersion?.(answer.serverVersion);
    const expected = operation.expects(request);
    const refusal = refusalOf(answer, expected);
    const backOffMs = refusal ? backOffMsOf(refusal.code, refusal.details) : partBackOffMs(answer);
    if (backOffMs !== null) session.transport.holdOff(backOffMs);
    if (!refusal) return messagesOf(answer);
    const again =
      backOffMs !== null ? backOffMs <= longestOwnWaitMs : operation.repeatable && isRetryable(refusal.code);
    if (!again || attempt === maxAttempts) throw errorOf(refusal, operation, backOffMs);
  }
}

interface Refusal {
  readonly code: string;
  readonly details: ReadonlyMap<string, string>;
}

function readAnswer<Request, Answer>(xml: string, operation: Operation<Request, Answer>): SoapAnswer<Answer> {
  try {
    return readEnvelope(xml, operation);
  } catch (error) {
    if (!(error instanceof XmlError)) throw error;
    throw new RemoteError({
      side: 'exchange',
      code: 'MalformedAnswer',
      message: error.message,
      retryable: true,
      outcomeUnknown: !operation.repeatable,
      cause: error,
    });
  }
}

/** Why the request failed as a whole, or null. One error in the place of many messages speaks for all of them. */
function refusalOf<Answer>(answer: SoapAnswer<Answer>, expected: number): Refusal | null {
  if (answer.kind === 'fault') return answer;
  const [first, ...others] = answer.messages;
  if (!first) return { code: 'MalformedAnswer', details: new Map() };
  if (answer.messages.length !== expected) {
    return others.length === 0 && !first.succeeded ? first : { code: 'MalformedAnswer', details: new Map() };
  }
  const allBusy = answer.messages.every(
    (message) => !message.succeeded && backOffMsOf(message.code, message.details) !== null,
  );
  // No item is to blame for the schema, and none may be set aside for it.
  const wrongSchema = answer.messages.every(({ succeeded, code }) => !succeeded && isSchemaRefusal(code));
  return allBusy || wrongSchema ? first : null;
}

function partBackOffMs<Answer>(answer: SoapAnswer<Answer>): number | null {
  let longestMs: number | null = null;
  for (const message of messagesOf(answer)) {
    if (message.succeeded) continue;
    const ms = backOffMsOf(message.code, message.details);
    if (ms !== null) longestMs = Math.max(ms, longestMs ?? 0);
  }
  return longestMs;
}

function messagesOf<Answer>(answer: SoapAnswer<Answer>): readonly ResponseMessage<Answer>[] {
  return answer.kind === 'messages' ? answer.messages : [];
}

function errorOf(
  refusal: Refusal,
  operation: { readonly repeatable: boolean },
  backOffMs: number | null,
): RemoteError {
  const inner = refusal.details.get('InnerErrorResponseCode') === 'ErrorServerBusy';
  return remoteErrorOf(inner ? 'ErrorServerBusy' : refusal.code, {
    write: !operation.repeatable,
    ...(backOffMs !== null && { retryAfterMs: backOffMs }),
  });
}

/** The message of an operation that has exactly one, or RemoteError with its code. */
export function onlyMessage<Request, Answer>(
  messages: readonly ResponseMessage<Answer>[],
  operation: Operation<Request, Answer>,
): Answer {
  const message = messages[0];
  if (message?.succeeded) return message.answer;
  throw remoteErrorOf(message?.code ?? 'MalformedAnswer', { write: !operation.repeatable });
}
