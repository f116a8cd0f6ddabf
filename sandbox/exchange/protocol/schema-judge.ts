/** Which schema a request asks for, and whether it keeps to it. */
import type { Release } from '../releases/release.ts';
import { SCHEMA, SCHEMA_OF_VERSION } from '../releases/schema.ts';
import type { Schema } from '../releases/schema.ts';
import { schemaFault, SoapFault } from '../soap-fault.ts';
import { child, requiredAttribute } from '../xml-tree.ts';
import type { XmlElement } from '../xml-tree.ts';
import { findViolation } from './request-validation.ts';
import { grammarOf } from './schema-grammar.ts';

export interface AskedSchema {
  readonly schema: Schema;
  /** The RequestServerVersion as it was written; the oldest when there was none. */
  readonly version: string;
}

/** https://learn.microsoft.com/exchange/client-developer/web-service-reference/requestserverversion */
export function askedSchema(header: XmlElement | undefined, release: Release): AskedSchema {
  const element = header === undefined ? undefined : child(header, 't:RequestServerVersion');
  if (element === undefined) return { schema: SCHEMA.Exchange2007_SP1, version: 'Exchange2007' };
  const version = requiredAttribute(element, 'Version');
  const schema = SCHEMA_OF_VERSION[version];
  if (schema === undefined || !release.schemas.includes(version)) {
    throw new SoapFault('ErrorInvalidServerVersion', 'The specified server version is invalid.');
  }
  return { schema, version };
}

/**
 * Throws ErrorIncorrectSchemaVersion for a request that only the server's newest schema allows, ErrorInvalidRequest for
 * one it does not know by name, ErrorSchemaValidation for one that no schema allows.
 */
export function judgeRequest(request: XmlElement, asked: Schema, release: Release): void {
  const newest = grammarOf(release.schema);
  if (!newest.hasRequest(request.name)) {
    throw new SoapFault('ErrorInvalidRequest', 'The request is invalid.');
  }
  const grammar = grammarOf(asked);
  const described = newest.element(request.name) !== undefined;
  const violation = described
    ? findViolation(request, grammar)
    : grammar.hasRequest(request.name)
      ? undefined
      : { text: 'It is not declared.', at: request };
  if (violation === undefined) return;
  if (asked !== release.schema && (!described || findViolation(request, newest) === undefined)) {
    throw new SoapFault(
      'ErrorIncorrectSchemaVersion',
      'The request is valid but does not specify the correct server version in the RequestServerVersion SOAP header.  ' +
        'Ensure that the RequestServerVersion SOAP header is set with the correct RequestServerVersionValue.',
    );
  }
  throw schemaFault(violation.text, violation.at);
}
