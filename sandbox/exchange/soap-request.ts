/** The parts of a SOAP request that the server looks at, read once for all who ask. */
import { schemaFault, SoapFault } from './soap-fault.ts';
import { child, parseXml, requiredChild } from './xml-tree.ts';
import type { XmlElement } from './xml-tree.ts';

export interface SoapRequest {
  readonly header: XmlElement | undefined;
  /** The child of soap:Body. */
  readonly content: XmlElement;
}

/** The request, or the fault to answer with when it is none. */
export function readSoapRequest(source: string): SoapRequest | SoapFault {
  try {
    const envelope = parseXml(source);
    if (envelope.name !== 's:Envelope')
      throw schemaFault('The root element is not a SOAP 1.1 Envelope.', envelope);
    const [content] = requiredChild(envelope, 's:Body').children;
    if (content === undefined) throw schemaFault('The SOAP body is empty.', envelope);
    return { header: child(envelope, 's:Header'), content };
  } catch (error) {
    if (error instanceof SoapFault) return error;
    throw error;
  }
}

/** The name of the operation asked for, such as `GetItem`; empty when there is no request. */
export function operationName(request: SoapRequest | SoapFault): string {
  if (request instanceof SoapFault) return '';
  const { name } = request.content;
  return name.slice(Math.max(name.lastIndexOf(':'), name.lastIndexOf('}')) + 1);
}
