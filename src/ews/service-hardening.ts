/** Corrects what ews-javascript-api 0.15.3 does wrong and we depend on. The only file that touches its inside. */
import type * as EwsLibrary from 'ews-javascript-api';
import type { IXHRApi } from 'ews-javascript-api';
import { RemoteError, StoppedError } from '../errors.ts';
import { remoteErrorOf } from './response-codes.ts';
import { escapeAttribute, escapeText } from './soap-writer.ts';
import type { NamedRequest } from './xhr-over-transport.ts';

export type Library = typeof EwsLibrary;

/** What the library leaves out of its type declarations. */
interface Inside {
  readonly EwsServiceXmlWriter: {
    new (service: unknown): { GetXML(): string };
    readonly prototype: {
      WriteValue: (value: unknown, name: unknown) => void;
      WriteAttributeString: (...parts: unknown[]) => void;
    };
  };
  readonly SimpleServiceRequestBase: { readonly prototype: SimpleRequest };
  readonly MultiResponseServiceRequest: { readonly prototype: MultiRequest };
  readonly AutodiscoverRequest: { readonly prototype: AutodiscoverRequest };
  readonly EwsServiceXmlReader: new (xml: string, service: unknown) => { readonly JsObject: unknown };
}

interface SimpleRequest {
  readonly Service: unknown;
  BuildXHR(): NamedRequest;
  GetXmlElementName(): string;
  ValidateAndEmitRequest(request: NamedRequest): Promise<{ readonly responseText: string }>;
  ReadResponsePrivate(response: unknown, answer: unknown): unknown;
  InternalExecute: () => Promise<unknown>;
}

interface MultiRequest {
  GetExpectedResponseMessageCount(): number;
  GetResponseMessageXmlElementName(): string;
  ParseResponseXMLJsObject: (answer: Answer | undefined) => unknown;
}

interface AutodiscoverRequest {
  readonly Service: { readonly XHRApi: IXHRApi };
  readonly Url: { ToString(): string };
  Validate(): void;
  WriteSoapRequest(url: unknown, writer: unknown): void;
  ReadSoapBody(envelope: unknown): unknown;
  InternalExecute: () => Promise<unknown>;
}

interface AutodiscoverEnvelope {
  readonly Body?: {
    readonly GetUserSettingsResponseMessage?: { readonly Response?: { readonly ErrorCode?: unknown } };
  };
}

interface Answer {
  readonly ResponseMessages?: Readonly<Record<string, unknown>>;
}

let loading: Promise<Library> | undefined;

/** The library, corrected. It costs 55 MB, so it is loaded when it is first asked for. */
export function loadLibrary(): Promise<Library> {
  loading ??= import('ews-javascript-api').then((library) => {
    const inside = library as unknown as Inside;
    escapeEverything(inside);
    settleAlways(inside);
    keepAutodiscoverErrors(inside);
    nameWholeErrors(inside);
    return library;
  });
  return loading;
}

/** The library writes texts and attributes as they are: `&` breaks a request, and `<` adds elements to it. */
function escapeEverything({ EwsServiceXmlWriter: { prototype } }: Inside): void {
  const { WriteValue: writeValue, WriteAttributeString: writeAttribute } = prototype;
  prototype.WriteValue = function (value, name) {
    writeValue.call(this, escapeText(String(value)), name);
  };
  prototype.WriteAttributeString = function (...parts) {
    // With or without a prefix, the value comes last; the library counts its arguments.
    const value = parts.pop();
    writeAttribute.call(this, ...parts, escapeAttribute(String(value)));
  };
}

/**
 * The library's own version throws inside a `then` in places, which leaves the caller waiting for ever and ends the
 * process by an unhandled rejection; and it puts errors of the transport into objects that lose code and remedy.
 */
function settleAlways({ SimpleServiceRequestBase: { prototype }, EwsServiceXmlReader }: Inside): void {
  prototype.InternalExecute = async function () {
    const request = this.BuildXHR();
    request.operation = this.GetXmlElementName();
    const response = await this.ValidateAndEmitRequest(request);
    return this.ReadResponsePrivate(
      response,
      new EwsServiceXmlReader(response.responseText, this.Service).JsObject,
    );
  };
}

/**
 * The library's own version loses what the transport throws (it rejects with undefined), fails on answers without a SOAP
 * header and on those that are one error, and asks without a name.
 */
function keepAutodiscoverErrors(inside: Inside): void {
  const {
    AutodiscoverRequest: { prototype },
    EwsServiceXmlReader,
    EwsServiceXmlWriter,
  } = inside;
  prototype.InternalExecute = async function () {
    this.Validate();
    const writer = new EwsServiceXmlWriter(this.Service);
    this.WriteSoapRequest(this.Url, writer);
    const request: NamedRequest = {
      type: 'POST',
      url: this.Url.ToString(),
      data: writer.GetXML(),
      operation: 'GetUserSettings',
    };
    const { responseText } = await this.Service.XHRApi.xhr(request);
    const envelope = new EwsServiceXmlReader(responseText, this.Service).JsObject as AutodiscoverEnvelope;
    const code = envelope.Body?.GetUserSettingsResponseMessage?.Response?.ErrorCode;
    if (typeof code === 'string' && code !== 'NoError') throw remoteErrorOf(code, { write: false });
    return this.ReadSoapBody(envelope);
  };
}

/** A server may answer a whole batch by one error; the library then reads the messages that are not there. */
function nameWholeErrors({ MultiResponseServiceRequest: { prototype } }: Inside): void {
  const parse = prototype.ParseResponseXMLJsObject;
  prototype.ParseResponseXMLJsObject = function (answer) {
    const found = answer?.ResponseMessages?.[this.GetResponseMessageXmlElementName()];
    const messages = found === undefined ? [] : [found].flat();
    if (messages.length < this.GetExpectedResponseMessageCount())
      throw remoteErrorOf(codeOf(messages[0]), { write: false });
    return parse.call(this, answer);
  };
}

function codeOf(message: unknown): string {
  const code = (message as { readonly ResponseCode?: unknown } | undefined)?.ResponseCode;
  return typeof code === 'string' ? code : 'MalformedAnswer';
}

/** What the library throws is no Error and comes in several forms; this makes one of them. */
export function toRemoteError(
  error: unknown,
  operation: string,
  library: Library,
): RemoteError | StoppedError {
  if (error instanceof RemoteError || error instanceof StoppedError) return error;
  if (error instanceof library.ServiceResponseException) {
    const code: string | undefined = library.ServiceError[error.ErrorCode];
    return remoteErrorOf(code ?? 'UnknownResponseCode', { write: false });
  }
  if (error instanceof library.Exception && error.InnerException) {
    return toRemoteError(error.InnerException, operation, library);
  }
  return new RemoteError({
    side: 'exchange',
    code: 'MalformedAnswer',
    message: `The answer of Exchange could not be understood (${operation}).`,
    retryable: false,
    cause: error,
  });
}
