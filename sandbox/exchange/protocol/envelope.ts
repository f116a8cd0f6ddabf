/** SOAP envelopes as the releases write them. */
import type { Release } from '../releases/release.ts';
import type { SoapFault } from '../soap-fault.ts';
import { escapeAttribute, escapeText } from '../xml-text.ts';

const TYPES = 'http://schemas.microsoft.com/exchange/services/2006/types';
const ERRORS = 'http://schemas.microsoft.com/exchange/services/2006/errors';
const SOAP = 'http://schemas.xmlsoap.org/soap/envelope/';
const XML = '<?xml version="1.0" encoding="utf-8"?>';

/** `asked` is the RequestServerVersion of the request, which Exchange 2010 repeats. */
export function writeEnvelope(body: string, release: Release, asked: string): string {
  const header = serverVersion(release, asked);
  if (release.faultFormat === '2007') {
    return `${XML}<soap:Envelope xmlns:soap="${SOAP}"><soap:Header>${header}</soap:Header><soap:Body>${body}</soap:Body></soap:Envelope>`;
  }
  return `${XML}<s:Envelope xmlns:s="${SOAP}"><s:Header>${header}</s:Header><s:Body>${body}</s:Body></s:Envelope>`;
}

/** https://learn.microsoft.com/exchange/client-developer/web-service-reference/serverversioninfo */
function serverVersion(release: Release, asked: string): string {
  const prefix = release.faultFormat === '2007' ? 't' : 'h';
  const version = release.version === 'asked' ? asked : release.version;
  const unprefixed = prefix === 'h' ? ` xmlns="${TYPES}"` : '';
  return (
    `<${prefix}:ServerVersionInfo MajorVersion="${release.majorVersion}" MinorVersion="${release.minorVersion}" ` +
    `MajorBuildNumber="${release.majorBuild}" MinorBuildNumber="${release.minorBuild}" ` +
    `Version="${escapeAttribute(version)}" xmlns:${prefix}="${TYPES}"${unprefixed}/>`
  );
}

export function writeFault(fault: SoapFault, release: Release): string {
  return release.faultFormat === '2007' ? fault2007(fault, release) : fault2010(fault);
}

/** Exchange 2010 and later: no header, prefix s, the code in faultcode. */
function fault2010(fault: SoapFault): string {
  const { faultString, messageXml } = fault.details;
  const xml = messageXml === undefined ? '' : `<t:MessageXml xmlns:t="${TYPES}">${messageXml}</t:MessageXml>`;
  return (
    `${XML}<s:Envelope xmlns:s="${SOAP}"><s:Body><s:Fault>` +
    `<faultcode xmlns:a="${TYPES}">a:${fault.code}</faultcode>` +
    `<faultstring xml:lang="en-US">${escapeText(faultString ?? fault.message)}</faultstring>` +
    `<detail><e:ResponseCode xmlns:e="${ERRORS}">${fault.code}</e:ResponseCode>` +
    `<e:Message xmlns:e="${ERRORS}">${escapeText(fault.message)}</e:Message>${xml}</detail>` +
    '</s:Fault></s:Body></s:Envelope>'
  );
}

/** Exchange 2007: with a header, the violation itself as message, and its place beside it. */
function fault2007(fault: SoapFault, release: Release): string {
  const { violation } = fault.details;
  const e = `xmlns:e="${ERRORS}"`;
  const place =
    violation === undefined
      ? ''
      : `<e:Line ${e}>${violation.line}</e:Line><e:Position ${e}>${violation.column}</e:Position>`;
  return (
    `${XML}<soap11:Envelope xmlns:soap11="${SOAP}"><soap11:Header>${serverVersion(release, '')}</soap11:Header>` +
    `<soap11:Body><soap11:Fault><faultcode>soap11:Client</faultcode><faultstring>${escapeText(fault.message)}</faultstring>` +
    `<detail><e:ResponseCode ${e}>${fault.code}</e:ResponseCode>` +
    `<e:Message ${e}>${escapeText(violation?.text ?? fault.message)}</e:Message>${place}</detail>` +
    '</soap11:Fault></soap11:Body></soap11:Envelope>'
  );
}
