/** Plain old XML Autodiscover ([MS-OXDSCLI]), as all releases answer it. */
import { escapeText } from '../xml-text.ts';
import { parseXml } from '../xml-tree.ts';
import type { XmlElement } from '../xml-tree.ts';
import { accountOf, redirectOf } from './autodiscover-options.ts';
import type { AutodiscoverContext } from './autodiscover-options.ts';

const RESPONSE = 'http://schemas.microsoft.com/exchange/autodiscover/responseschema/2006';
const OUTLOOK = 'http://schemas.microsoft.com/exchange/autodiscover/outlook/responseschema/2006a';

/** Always HTTP 200: errors are in the document. */
export function answerPox(source: string, context: AutodiscoverContext): string {
  const { address, schema } = readRequest(source);
  if (address === undefined) return errorDocument(600, 'Invalid Request', context);
  if (schema !== OUTLOOK) return errorDocument(601, 'Provider is not available', context);
  const redirect = redirectOf(address, context.options);
  if (redirect !== undefined) {
    const [action, element] =
      redirect.kind === 'url' ? ['redirectUrl', 'RedirectUrl'] : ['redirectAddr', 'RedirectAddr'];
    return document(
      `<Account><AccountType>email</AccountType><Action>${action}</Action>` +
        `<${element}>${escapeText(redirect.target)}</${element}></Account>`,
    );
  }
  const user = accountOf(address, context);
  if (user === undefined) return errorDocument(500, 'The email address cannot be found.', context);
  const url = escapeText(context.ewsUrl(user.address));
  const urls = `<ASUrl>${url}</ASUrl><EwsUrl>${url}</EwsUrl>`;
  return document(
    `<User><DisplayName>${escapeText(user.name)}</DisplayName>` +
      `<LegacyDN>/o=Sandbox/ou=Exchange Administrative Group/cn=Recipients/cn=${escapeText(user.name)}</LegacyDN>` +
      `<AutoDiscoverSMTPAddress>${escapeText(user.address)}</AutoDiscoverSMTPAddress>` +
      '<DeploymentId>7f1c3c5a-52d8-4c9c-a7a3-2a5a5fd2b0c4</DeploymentId></User>' +
      '<Account><AccountType>email</AccountType><Action>settings</Action>' +
      `<Protocol><Type>EXCH</Type><Server>sandbox-ex.example.test</Server>${urls}</Protocol>` +
      `<Protocol><Type>EXPR</Type><Server>sandbox-ex.example.test</Server><SSL>On</SSL>${urls}</Protocol></Account>`,
  );
}

/** The request has a namespace of its own, whose prefix is the client's choice. */
function readRequest(source: string): {
  readonly address: string | undefined;
  readonly schema: string | undefined;
} {
  try {
    const request = find(parseXml(source), 'Request');
    const text = (name: string): string | undefined =>
      request === undefined ? undefined : find(request, name)?.text.trim() || undefined;
    return { address: text('EMailAddress'), schema: text('AcceptableResponseSchema') };
  } catch {
    return { address: undefined, schema: undefined };
  }
}

function find(parent: XmlElement, local: string): XmlElement | undefined {
  return parent.children.find((one) => one.name.replace(/^.*[}:]/, '') === local);
}

function document(content: string): string {
  return (
    `<?xml version="1.0" encoding="utf-8"?><Autodiscover xmlns="${RESPONSE}">` +
    `<Response xmlns="${OUTLOOK}">${content}</Response></Autodiscover>`
  );
}

function errorDocument(code: number, message: string, { now }: AutodiscoverContext): string {
  const time = now().toISOString().slice(11, 23);
  return (
    `<?xml version="1.0" encoding="utf-8"?><Autodiscover xmlns="${RESPONSE}"><Response>` +
    `<Error Time="${time}0000" Id="2477272013"><ErrorCode>${code}</ErrorCode><Message>${message}</Message><DebugData/></Error>` +
    '</Response></Autodiscover>'
  );
}
