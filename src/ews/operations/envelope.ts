/** The SOAP envelope around a request, and what comes back in one. */
import { shapes, readXml, within } from '../soap-reader.ts';
import type { Shape } from '../soap-reader.ts';
import { escapeAttribute, textElement } from '../soap-writer.ts';
import type { ServerVersion } from '../server-release.ts';
import type { EwsSchema } from '../versions.ts';
import type { Operation, ResponseMessage, SoapAnswer } from './operation.ts';

export interface EnvelopeOptions {
  readonly schema: EwsSchema;
  /** Primary SMTP address of the mailbox to act as; absent: the account's own. */
  readonly actAs?: string;
}

/** Wraps the child of soap:Body (Microsoft: RequestServerVersion, ExchangeImpersonation). */
export function writeEnvelope(body: string, options: EnvelopeOptions): string {
  const impersonation =
    options.actAs === undefined
      ? ''
      : `<t:ExchangeImpersonation><t:ConnectingSID>${textElement('t:PrimarySmtpAddress', options.actAs)}` +
        '</t:ConnectingSID></t:ExchangeImpersonation>';
  return (
    '<?xml version="1.0" encoding="utf-8"?>' +
    '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"' +
    ' xmlns:m="http://schemas.microsoft.com/exchange/services/2006/messages"' +
    ' xmlns:t="http://schemas.microsoft.com/exchange/services/2006/types"><s:Header>' +
    `<t:RequestServerVersion Version="${escapeAttribute(options.schema.name)}"/>${impersonation}` +
    `</s:Header><s:Body>${body}</s:Body></s:Envelope>`
  );
}

interface Details {
  readonly details: Map<string, string>;
  valueName: string;
}

interface MessageContext<Answer> extends Details {
  succeeded: boolean;
  code: string;
  readonly answer: Answer;
}

interface FaultContext extends Details {
  code: string;
  faultCode: string;
}

interface AnswerContext<Answer> {
  readonly messages: ResponseMessage<Answer>[];
  fault: FaultContext | null;
  serverVersion: ServerVersion | null;
}

/** `<t:Value Name="BackOffMilliseconds">…` inside MessageXml. */
const namedValues = shapes<Details>({
  't:Value': {
    open: (context, attributes) => (context.valueName = attributes['Name'] ?? ''),
    text: (context, value) => context.details.set(context.valueName, value.trim()),
  },
});

const faultCode: Shape<FaultContext> = {
  text: (fault, value) => (fault.faultCode = value.trim().replace(/^.*:/, '')),
};

const faultDetail: Shape<FaultContext> = {
  children: shapes<FaultContext>({
    'e:ResponseCode': { text: (fault, value) => (fault.code = value.trim()) },
    'm:ResponseCode': { text: (fault, value) => (fault.code = value.trim()) },
    't:MessageXml': { children: namedValues },
    'm:MessageXml': { children: namedValues },
    'e:MessageXml': { children: namedValues },
  }),
};

/** Exchange 2007 qualifies some of these names, later releases none. */
const faultChildren = shapes<FaultContext>({
  faultcode: faultCode,
  's:faultcode': faultCode,
  detail: faultDetail,
  's:detail': faultDetail,
});

const serverVersionInfo: Shape<{ serverVersion: ServerVersion | null }> = {
  open: (context, attributes) => {
    const number = (name: string): number => Number(attributes[name] ?? 0) || 0;
    context.serverVersion = {
      major: number('MajorVersion'),
      minor: number('MinorVersion'),
      build: number('MajorBuildNumber'),
      revision: number('MinorBuildNumber'),
    };
  },
};

/** Reads an answer to `operation`. Throws XmlError for what is no well-formed SOAP envelope. */
export function readEnvelope<Request, Answer>(
  xml: string,
  operation: Operation<Request, Answer>,
): SoapAnswer<Answer> {
  const context = readXml<AnswerContext<Answer>>(xml, rootOf(operation), () => ({
    messages: [],
    fault: null,
    serverVersion: null,
  }));
  const { fault, messages, serverVersion } = context;
  if (!fault) return { kind: 'messages', messages, serverVersion };
  const named = fault.faultCode.startsWith('Error') ? fault.faultCode : 'SoapFault';
  return { kind: 'fault', code: fault.code || named, details: fault.details, serverVersion };
}

/** One shape tree an operation, made once. */
const roots = new WeakMap<object, Shape<never>>();

function rootOf<Request, Answer>(operation: Operation<Request, Answer>): Shape<AnswerContext<Answer>> {
  const known = roots.get(operation) as Shape<AnswerContext<Answer>> | undefined;
  const root = known ?? makeRoot(operation);
  roots.set(operation, root);
  return root;
}

function makeRoot<Request, Answer>(operation: Operation<Request, Answer>): Shape<AnswerContext<Answer>> {
  const message: Shape<MessageContext<Answer>> = {
    children: new Map<string, Shape<MessageContext<Answer>>>([
      ['m:ResponseCode', { text: (context, value) => (context.code = value.trim()) }],
      ['m:MessageText', { text: (context, value) => context.details.set('ErrorMessage', value) }],
      ['m:MessageXml', { children: namedValues }],
      ...[...operation.payload].map(([name, shape]): [string, Shape<MessageContext<Answer>>] => [
        name,
        within((context: MessageContext<Answer>) => context.answer, shape),
      ]),
    ]),
  };
  return {
    children: shapes<AnswerContext<Answer>>({
      's:Envelope': {
        children: shapes<AnswerContext<Answer>>({
          's:Header': { children: shapes({ 't:ServerVersionInfo': serverVersionInfo }) },
          's:Body': {
            children: shapes<AnswerContext<Answer>>({
              's:Fault': within(
                (context: AnswerContext<Answer>) =>
                  (context.fault = { code: '', faultCode: '', details: new Map(), valueName: '' }),
                { children: faultChildren },
              ),
              [`m:${operation.name}Response`]: {
                children: shapes<AnswerContext<Answer>>({
                  'm:ResponseMessages': {
                    children: shapes<AnswerContext<Answer>>({
                      [`m:${operation.name}ResponseMessage`]: within(
                        (context: AnswerContext<Answer>, attributes) => {
                          const entry: MessageContext<Answer> = {
                            succeeded: attributes['ResponseClass'] === 'Success',
                            code: 'NoError',
                            details: new Map(),
                            valueName: '',
                            answer: operation.start(),
                          };
                          context.messages.push(entry);
                          return entry;
                        },
                        message,
                      ),
                    }),
                  },
                }),
              },
            }),
          },
        }),
      },
    }),
  };
}
