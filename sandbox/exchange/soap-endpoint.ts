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
import { schemaFault, SoapFault } from './soap-fault.ts';
import { child, parseXml, requiredChild } from './xml-tree.ts';

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
export function answerSoap(source: string, caller: SandboxUser, options: SoapEndpointOptions): SoapAnswer {
  const { release, store } = options;
  try {
    const envelope = parseXml(source);
    if (envelope.name !== 's:Envelope')
      throw schemaFault('The root element is not a SOAP 1.1 Envelope.', envelope);
    const header = child(envelope, 's:Header');
    const request = requiredChild(envelope, 's:Body').children[0];
    if (request === undefined) throw schemaFault('The SOAP body is empty.', envelope);
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

/** The name of the operation a request asks for, from its first bytes; empty when there is none to see. */
export function operationName(source: string): string {
  return /<(?:[\w.-]+:)?Body\b[^>]*>\s*(?:<!--[\s\S]*?-->\s*)*<(?:[\w.-]+:)?(\w+)/.exec(source)?.[1] ?? '';
}

function asFault(error: unknown): SoapFault {
  if (error instanceof SoapFault) return error;
  // An error of the shape itself, before any item was looked at.
  if (error instanceof ItemError) return new SoapFault(error.code, error.message);
  return new SoapFault('ErrorInternalServerError', `An internal server error occurred. ${String(error)}`);
}
