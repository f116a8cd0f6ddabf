import { actingMailbox } from './access.ts';
import type { ExchangeStore } from './exchange-store.ts';
import { ItemError } from './item-error.ts';
import type { ItemFailures } from './item-failures.ts';
import type { Mailbox } from './mailbox.ts';
import type { StreamPlan } from './notifications/event-stream.ts';
import type { PushSender } from './notifications/push-sender.ts';
import type { Subscriptions } from './notifications/subscriptions.ts';
import { OPERATIONS } from './operation-registry.ts';
import type { ServerPolicy } from './policy/server-policy.ts';
import { writeEnvelope, writeFault } from './protocol/envelope.ts';
import { trimResponse } from './protocol/response-trimming.ts';
import { inRequestZone, requestZone } from './calendar/request-zone.ts';
import { askedSchema, judgeRequest } from './protocol/schema-judge.ts';
import type { Release } from './releases/release.ts';
import { SCHEMA } from './releases/schema.ts';
import type { SandboxUser } from './sandbox-user.ts';
import { SoapFault } from './soap-fault.ts';
import type { SoapRequest } from './soap-request.ts';

export interface SoapAnswer {
  readonly status: 200 | 500;
  readonly body: string;
  /** Further envelopes follow in the same answer. */
  readonly stream?: StreamPlan;
}

export interface SoapEndpointOptions {
  readonly store: ExchangeStore;
  readonly release: Release;
  readonly failures: ItemFailures;
  readonly policy: ServerPolicy;
  readonly subscriptions: Subscriptions;
  readonly push: PushSender;
  /** Ordered by a test: each event comes twice. */
  readonly duplicateEvents: boolean;
  /** Throws when the mailbox cannot be used now. */
  readonly checkMailbox: (mailbox: Mailbox) => void;
}

/** Answers one SOAP request of an authenticated caller; never throws. */
export function answerSoap(
  read: SoapRequest | SoapFault,
  caller: SandboxUser,
  options: SoapEndpointOptions,
): SoapAnswer {
  const { release, store } = options;
  try {
    if (read instanceof SoapFault) throw read;
    const { header, content: request } = read;
    const { schema, version } = askedSchema(header, release);
    judgeRequest(request, schema, release);
    const mailbox = actingMailbox(caller, header, store);
    options.checkMailbox(mailbox);
    const operation = OPERATIONS.get(request.name);
    if (operation === undefined) {
      throw new SoapFault(
        'ErrorInvalidRequest',
        `The request '${request.name}' is not one this server answers.`,
      );
    }
    const zone = requestZone(header);
    let stream: StreamPlan | undefined;
    const body = operation(request, {
      ...options,
      mailbox,
      caller,
      schema,
      header,
      stamp: { at: store.now().getTime(), by: caller.name },
      minuteMs: options.policy.minuteMs ?? 60_000,
      stream: (plan) => (stream = plan),
    });
    // A stream begins at 2010 SP1, has nothing newer in it, and differs from its schema in a namespace.
    const trimmed =
      request.name === 'm:GetStreamingEvents' || schema === SCHEMA.Exchange2019
        ? body
        : trimResponse(body, schema);
    return {
      status: 200,
      body: writeEnvelope(inRequestZone(trimmed, zone), release, version),
      ...(stream && { stream }),
    };
  } catch (error) {
    return { status: 500, body: writeFault(asFault(error), release) };
  }
}

function asFault(error: unknown): SoapFault {
  if (error instanceof SoapFault) return error;
  // An error of the shape itself, before any item was looked at.
  if (error instanceof ItemError) return new SoapFault(error.code, error.message);
  return new SoapFault('ErrorInternalServerError', `An internal server error occurred. ${String(error)}`);
}
