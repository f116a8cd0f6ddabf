/** GetUserSettings of SOAP Autodiscover ([MS-OXWSADISC]), which came with Exchange 2010. */
import { escapeText } from '../xml-text.ts';
import { parseXml } from '../xml-tree.ts';
import type { XmlElement } from '../xml-tree.ts';
import { accountOf, redirectOf } from './autodiscover-options.ts';
import type { AutodiscoverContext } from './autodiscover-options.ts';

const NAMESPACE = 'http://schemas.microsoft.com/exchange/2010/Autodiscover';

/** The envelope, and HTTP 500 when it is a fault. */
export function answerSoapAutodiscover(
  source: string,
  context: AutodiscoverContext,
): { readonly status: number; readonly body: string } {
  const request = readRequest(source);
  if (request === undefined) {
    const fault =
      '<s:Fault><faultcode>s:Client</faultcode><faultstring xml:lang="en-US">The request is invalid.</faultstring></s:Fault>';
    return { status: 500, body: envelope(fault, 'http://www.w3.org/2005/08/addressing/soap/fault', context) };
  }
  const responses = request.addresses
    .map((address) => userResponse(address, request.settings, context))
    .join('');
  const body =
    `<GetUserSettingsResponseMessage xmlns="${NAMESPACE}"><Response xmlns:i="http://www.w3.org/2001/XMLSchema-instance">` +
    `<ErrorCode>NoError</ErrorCode><ErrorMessage/><UserResponses>${responses}</UserResponses></Response></GetUserSettingsResponseMessage>`;
  return { status: 200, body: envelope(body, `${NAMESPACE}/Autodiscover/GetUserSettingsResponse`, context) };
}

function userResponse(address: string, settings: readonly string[], context: AutodiscoverContext): string {
  const redirect = redirectOf(address, context.options);
  if (redirect !== undefined) {
    const code = redirect.kind === 'url' ? 'RedirectUrl' : 'RedirectAddress';
    return response({ code, message: `Redirection ${redirect.kind}.`, redirect: redirect.target });
  }
  const user = accountOf(address, context);
  if (user === undefined) {
    return response({ code: 'InvalidUser', message: `The user '${address}' is invalid.` });
  }
  const url = context.ewsUrl(user.address);
  const known: Readonly<Record<string, string>> = {
    UserDisplayName: user.name,
    AutoDiscoverSMTPAddress: user.address,
    ExternalEwsUrl: url,
    InternalEwsUrl: url,
    EwsSupportedSchemas: context.release.schemas.join(', '),
    ExternalEwsVersion: serverVersion(context),
    CasVersion: serverVersion(context),
    MailboxVersion: serverVersion(context),
  };
  const found = settings.filter((name) => known[name] !== undefined);
  const missing = settings.filter((name) => known[name] === undefined);
  return response({
    code: 'NoError',
    message: 'No error.',
    settings: found
      .map(
        (name) =>
          `<UserSetting i:type="StringSetting"><Name>${name}</Name><Value>${escapeText(known[name] ?? '')}</Value></UserSetting>`,
      )
      .join(''),
    errors: missing
      .map(
        (name) =>
          '<UserSettingError><ErrorCode>SettingIsNotAvailable</ErrorCode><ErrorMessage>The setting is not available.</ErrorMessage>' +
          `<SettingName>${escapeText(name)}</SettingName></UserSettingError>`,
      )
      .join(''),
  });
}

function response(fields: {
  readonly code: string;
  readonly message: string;
  readonly redirect?: string;
  readonly settings?: string;
  readonly errors?: string;
}): string {
  const redirect =
    fields.redirect === undefined
      ? '<RedirectTarget i:nil="true"/>'
      : `<RedirectTarget>${escapeText(fields.redirect)}</RedirectTarget>`;
  return (
    `<UserResponse><ErrorCode>${fields.code}</ErrorCode><ErrorMessage>${escapeText(fields.message)}</ErrorMessage>${redirect}` +
    `<UserSettingErrors>${fields.errors ?? ''}</UserSettingErrors><UserSettings>${fields.settings ?? ''}</UserSettings></UserResponse>`
  );
}

function readRequest(source: string): { addresses: string[]; settings: string[] } | undefined {
  let root: XmlElement;
  try {
    root = parseXml(source);
  } catch {
    return undefined;
  }
  if (all(root, 'GetUserSettingsRequestMessage').length !== 1) return undefined;
  return {
    addresses: all(root, 'Mailbox').map((one) => one.text.trim()),
    settings: all(root, 'Setting').map((one) => one.text.trim()),
  };
}

/** Every element of that local name, at any depth. */
function all(parent: XmlElement, local: string): XmlElement[] {
  return parent.children.flatMap((one) => [
    ...(one.name.replace(/^.*[}:]/, '') === local ? [one] : []),
    ...all(one, local),
  ]);
}

function serverVersion({ release }: AutodiscoverContext): string {
  return `${release.majorVersion}.${release.minorVersion}.${release.majorBuild}.${release.minorBuild}`;
}

function envelope(body: string, action: string, { release }: AutodiscoverContext): string {
  return (
    '<?xml version="1.0" encoding="utf-8"?><s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/" ' +
    `xmlns:a="http://www.w3.org/2005/08/addressing"><s:Header><a:Action s:mustUnderstand="1">${action}</a:Action>` +
    `<h:ServerVersionInfo xmlns:h="${NAMESPACE}"><h:MajorVersion>${release.majorVersion}</h:MajorVersion>` +
    `<h:MinorVersion>${release.minorVersion}</h:MinorVersion><h:MajorBuildNumber>${release.majorBuild}</h:MajorBuildNumber>` +
    `<h:MinorBuildNumber>${release.minorBuild}</h:MinorBuildNumber><h:Version>${release.schemas.at(-1) ?? ''}</h:Version>` +
    `</h:ServerVersionInfo></s:Header><s:Body>${body}</s:Body></s:Envelope>`
  );
}
