import { escapeText } from './xml-text.ts';

export interface FaultDetails {
  /** The text of faultstring, when it differs from the message in the detail. */
  readonly faultString?: string;
  /** Children of t:MessageXml, already XML. */
  readonly messageXml?: string;
  readonly violation?: { readonly text: string; readonly line: number; readonly column: number };
}

/** A request that fails as a whole: HTTP 500 with a SOAP fault. */
export class SoapFault extends Error {
  override readonly name = 'SoapFault';
  readonly code: string;
  readonly details: FaultDetails;

  constructor(code: string, message: string, details: FaultDetails = {}) {
    super(message);
    this.code = code;
    this.details = details;
  }
}

const MAX_QUOTED = 400;

/** ErrorSchemaValidation, with the place of the violation when it is known. */
export function schemaFault(
  found: string,
  at?: { readonly line: number; readonly column: number },
): SoapFault {
  // It quotes what the client sent, which may be megabytes.
  const violation = found.length > MAX_QUOTED ? `${found.slice(0, MAX_QUOTED)}...` : found;
  const line = at?.line ?? 0;
  const column = at?.column ?? 0;
  return new SoapFault('ErrorSchemaValidation', 'The request failed schema validation.', {
    faultString: `The request failed schema validation: ${violation}`,
    messageXml:
      `<t:LineNumber>${line}</t:LineNumber><t:LinePosition>${column}</t:LinePosition>` +
      `<t:Violation>${escapeText(violation)}</t:Violation>`,
    violation: { text: violation, line, column },
  });
}
