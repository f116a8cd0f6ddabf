import { actingMailbox } from './access.ts';
import type { ExchangeStore } from './exchange-store.ts';
import { ItemError } from './item-error.ts';
import type { ItemFailures } from './item-failures.ts';
import { OPERATIONS } from './operation-registry.ts';
import type { Release } from './release.ts';
import type { SandboxUser } from './sandbox-user.ts';
import { schemaFault, SoapFault, writeFault } from './soap-fault.ts';
import { child, parseXml, requiredAttribute, requiredChild } from './xml-tree.ts';
import type { XmlElement } from './xml-tree.ts';

export interface SoapAnswer {
  readonly status: 200 | 500;
  readonly body: string;
}

export interface SoapEndpointOptions {
  readonly store: ExchangeStore;
  readonly release: Release;
  readonly failures: ItemFailures;
}

const TYPES = 'http://schemas.microsoft.com/exchange/services/2006/types';

/** Answers one SOAP request of an authenticated caller; never throws. */
export function answerSoap(source: string, caller: SandboxUser, options: SoapEndpointOptions): SoapAnswer {
  try {
    const envelope = parseXml(source);
    if (envelope.name !== 's:Envelope')
      throw schemaFault('The root element is not a SOAP 1.1 Envelope.', envelope);
    const header = child(envelope, 's:Header');
    const request = requiredChild(envelope, 's:Body').children[0];
    if (request === undefined) throw schemaFault('The SOAP body is empty.', envelope);
    checkServerVersion(header, options.release);
    const mailbox = actingMailbox(caller, header, options.store);
    const operation = OPERATIONS.get(request.name);
    if (operation === undefined) throw unknownOperation(request);
    const stamp = { at: options.store.now().getTime(), by: caller.name };
    const body = operation(request, { store: options.store, mailbox, stamp, failures: options.failures });
    return { status: 200, body: writeEnvelope(body, options.release) };
  } catch (error) {
    return { status: 500, body: writeFault(asFault(error)) };
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

function unknownOperation(request: XmlElement): SoapFault {
  return new SoapFault(
    'ErrorInvalidRequest',
    `The request '${request.name}' is not one this server answers.`,
  );
}

function checkServerVersion(header: XmlElement | undefined, release: Release): void {
  const element = header === undefined ? undefined : child(header, 't:RequestServerVersion');
  if (element === undefined) return;
  if (release.schemas.includes(requiredAttribute(element, 'Version'))) return;
  throw new SoapFault('ErrorInvalidServerVersion', 'The specified server version is invalid.');
}

function writeEnvelope(body: string, release: Release): string {
  return (
    '<?xml version="1.0" encoding="utf-8"?><s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Header>' +
    `<h:ServerVersionInfo MajorVersion="${release.majorVersion}" MinorVersion="${release.minorVersion}" ` +
    `MajorBuildNumber="${release.majorBuild}" MinorBuildNumber="${release.minorBuild}" Version="${release.version}" ` +
    `xmlns:h="${TYPES}" xmlns="${TYPES}"/></s:Header><s:Body>${body}</s:Body></s:Envelope>`
  );
}
