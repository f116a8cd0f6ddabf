import { escapeText } from './xml-text.ts';

const TYPES = 'http://schemas.microsoft.com/exchange/services/2006/types';
const ERRORS = 'http://schemas.microsoft.com/exchange/services/2006/errors';

export interface FaultDetails {
  /** The text of faultstring, when it differs from the message in the detail. */
  readonly faultString?: string;
  /** Children of t:MessageXml, already XML. */
  readonly messageXml?: string;
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

/** ErrorSchemaValidation, with the place of the violation when it is known. */
export function schemaFault(
  violation: string,
  at?: { readonly line: number; readonly column: number },
): SoapFault {
  const place = `<t:LineNumber>${at?.line ?? 0}</t:LineNumber><t:LinePosition>${at?.column ?? 0}</t:LinePosition>`;
  return new SoapFault('ErrorSchemaValidation', 'The request failed schema validation.', {
    faultString: `The request failed schema validation: ${violation}`,
    messageXml: `${place}<t:Violation>${escapeText(violation)}</t:Violation>`,
  });
}

/** The envelope of a fault as Exchange 2010 and later write it: no header, prefix s. */
export function writeFault(fault: SoapFault): string {
  const { faultString, messageXml } = fault.details;
  const xml = messageXml === undefined ? '' : `<t:MessageXml xmlns:t="${TYPES}">${messageXml}</t:MessageXml>`;
  return (
    '<?xml version="1.0" encoding="utf-8"?>' +
    '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body><s:Fault>' +
    `<faultcode xmlns:a="${TYPES}">a:${fault.code}</faultcode>` +
    `<faultstring xml:lang="en-US">${escapeText(faultString ?? fault.message)}</faultstring>` +
    `<detail><e:ResponseCode xmlns:e="${ERRORS}">${fault.code}</e:ResponseCode>` +
    `<e:Message xmlns:e="${ERRORS}">${escapeText(fault.message)}</e:Message>${xml}</detail>` +
    '</s:Fault></s:Body></s:Envelope>'
  );
}
