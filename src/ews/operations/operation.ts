/** What every EWS operation has in common: a request writer and a decoder of one response message. */
import type { Shape } from '../soap-reader.ts';
import type { CodeDetails } from '../response-codes.ts';
import type { ServerVersion } from '../server-release.ts';
import type { EwsSchema } from '../versions.ts';

/** One operation of the bulk path. `Answer` is what one response message decodes to. */
export interface Operation<Request, Answer> {
  /** Also the name of the request element. */
  readonly name: string;
  /** Only reads: safe to send again when the answer was lost. */
  readonly repeatable: boolean;
  /** How many response messages a complete answer has. */
  readonly expects: (request: Request) => number;
  /** The child of soap:Body. */
  readonly write: (request: Request, schema: EwsSchema) => string;
  readonly start: () => Answer;
  /** Children of the response message beyond the code and its text. */
  readonly payload: ReadonlyMap<string, Shape<Answer>>;
}

/** The answer for one id of a request, in the order of the request (Microsoft: ResponseMessages). */
export interface ResponseMessage<Answer> {
  readonly succeeded: boolean;
  /** `NoError`, or why not. */
  readonly code: string;
  readonly details: CodeDetails;
  readonly answer: Answer;
}

/** A whole answer: response messages, or a SOAP fault; and who answered (Microsoft: ServerVersionInfo). */
export type SoapAnswer<Answer> = {
  /** Null where the answer does not say: faults of Exchange 2010 and newer do not. */
  readonly serverVersion: ServerVersion | null;
} & (
  | { readonly kind: 'messages'; readonly messages: readonly ResponseMessage<Answer>[] }
  | { readonly kind: 'fault'; readonly code: string; readonly details: CodeDetails }
);
