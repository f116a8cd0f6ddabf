/** Autodiscover as plain XML ([MS-OXDSCLI]), which every release answers and ews-javascript-api does not speak. */
import { RemoteError } from '../../errors.ts';
import { readXml, shapes, within, XmlError } from '../soap-reader.ts';
import type { Shape } from '../soap-reader.ts';
import { textElement } from '../soap-writer.ts';
import type { EwsTransport } from '../transport.ts';
import type { SettingsAnswer } from './settings-answer.ts';

const outlook = 'http://schemas.microsoft.com/exchange/autodiscover/outlook';

export function writePoxRequest(address: string): string {
  return (
    `<?xml version="1.0" encoding="utf-8"?><Autodiscover xmlns="${outlook}/requestschema/2006"><Request>` +
    textElement('EMailAddress', address) +
    `<AcceptableResponseSchema>${outlook}/responseschema/2006a</AcceptableResponseSchema>` +
    '</Request></Autodiscover>'
  );
}

interface Protocol {
  type: string;
  ewsUrl: string;
}

interface Found {
  action: string;
  redirectUrl: string;
  redirectAddress: string;
  errorCode: string;
  readonly protocols: Protocol[];
}

/** Errors come in the namespace of the answer, the rest in that of the schema asked for; servers mix them up. */
function inBoth<C>(table: Readonly<Record<string, Shape<C>>>): ReadonlyMap<string, Shape<C>> {
  return new Map(
    Object.entries(table).flatMap(([name, shape]) => [
      [`r:${name}`, shape],
      [`o:${name}`, shape],
    ]),
  );
}

const error: Shape<Found> = {
  children: inBoth<Found>({ ErrorCode: { text: (found, value) => (found.errorCode = value.trim()) } }),
};

const protocol: Shape<Protocol> = {
  children: inBoth<Protocol>({
    Type: { text: (one, value) => (one.type = value.trim()) },
    EwsUrl: { text: (one, value) => (one.ewsUrl = value.trim()) },
  }),
};

const account: Shape<Found> = {
  children: inBoth<Found>({
    Action: { text: (found, value) => (found.action = value.trim()) },
    RedirectUrl: { text: (found, value) => (found.redirectUrl = value.trim()) },
    RedirectAddr: { text: (found, value) => (found.redirectAddress = value.trim()) },
    Error: error,
    Protocol: within((found: Found) => {
      const made = { type: '', ewsUrl: '' };
      found.protocols.push(made);
      return made;
    }, protocol),
  }),
};

const document: Shape<Found> = {
  children: shapes<Found>({
    'r:Autodiscover': {
      children: inBoth<Found>({ Response: { children: inBoth({ Account: account, Error: error }) } }),
    },
  }),
};

/** External before internal. */
const protocolOrder: readonly string[] = ['EXPR', 'EXHTTP', 'EXCH'];

/** Throws XmlError for what is no well-formed document. */
export function readPoxAnswer(xml: string): SettingsAnswer {
  const found = readXml<Found>(xml, document, () => ({
    action: '',
    redirectUrl: '',
    redirectAddress: '',
    errorCode: '',
    protocols: [],
  }));
  if (found.errorCode !== '') return { kind: 'refused', code: found.errorCode };
  switch (found.action.toLowerCase()) {
    case 'redirecturl':
      return { kind: 'redirectUrl', url: found.redirectUrl };
    case 'redirectaddr':
      return { kind: 'redirectAddress', address: found.redirectAddress };
    case 'settings': {
      const urls = protocolOrder.flatMap((type) =>
        found.protocols.filter((one) => one.type === type && one.ewsUrl !== '').map(({ ewsUrl }) => ewsUrl),
      );
      return { kind: 'settings', ewsUrls: [...new Set(urls)] };
    }
    default:
      throw new XmlError('The answer names neither settings nor another place.');
  }
}

/** Throws RemoteError or StoppedError. The transport is one to this endpoint. */
export async function askPox(
  transport: EwsTransport,
  address: string,
  signal?: AbortSignal,
): Promise<SettingsAnswer> {
  const xml = await transport.post(writePoxRequest(address), {
    operation: 'Autodiscover',
    root: 'Autodiscover',
    anchorMailbox: address,
    repeatable: true,
    ...(signal ? { signal } : {}),
  });
  try {
    return readPoxAnswer(xml);
  } catch (cause) {
    if (!(cause instanceof XmlError)) throw cause;
    throw new RemoteError({
      side: 'exchange',
      code: 'MalformedAnswer',
      message: cause.message,
      retryable: false,
      cause,
    });
  }
}
