/** GetUserSettings of SOAP Autodiscover ([MS-OXWSADISC], Exchange 2010 and newer), through ews-javascript-api. */
import { StoppedError } from '../../errors.ts';
import { loadLibrary, toRemoteError } from '../service-hardening.ts';
import type { EwsTransport } from '../transport.ts';
import { xhrOverTransport } from '../xhr-over-transport.ts';
import type { SettingsAnswer } from './settings-answer.ts';

/** Throws RemoteError or StoppedError. The transport is one to `endpoint`, an address that ends in `.svc`. */
export async function askUserSettings(
  transport: EwsTransport,
  endpoint: string,
  address: string,
  signal: AbortSignal = new AbortController().signal,
): Promise<SettingsAnswer> {
  if (signal.aborted) throw new StoppedError('stopped before Autodiscover was asked');
  const library = await loadLibrary();
  const service = new library.AutodiscoverService(
    new library.Uri(endpoint),
    library.ExchangeVersion.Exchange2010,
  );
  service.XHRApi = xhrOverTransport({
    transport,
    signal,
    anchorMailbox: address,
    onServerVersion: () => undefined,
  });
  const { ExternalEwsUrl, InternalEwsUrl } = library.UserSettingName;
  try {
    const answer = await service.GetUsersSettings([address], ExternalEwsUrl, InternalEwsUrl);
    const [user] = answer.GetEnumerator();
    // The library gives what a server left out as undefined, and an empty element as an object.
    const target: unknown = user?.RedirectTarget;
    const code = codeName(library.AutodiscoverErrorCode, user?.ErrorCode);
    switch (code) {
      case 'RedirectUrl':
        return { kind: 'redirectUrl', url: typeof target === 'string' ? target : '' };
      case 'RedirectAddress':
        return { kind: 'redirectAddress', address: typeof target === 'string' ? target : '' };
      case 'NoError': {
        const urls = [ExternalEwsUrl, InternalEwsUrl].map((name): unknown => user?.Settings.get(name));
        return {
          kind: 'settings',
          ewsUrls: [...new Set(urls.filter((url) => typeof url === 'string' && url !== ''))] as string[],
        };
      }
      default:
        return { kind: 'refused', code };
    }
  } catch (error) {
    throw toRemoteError(error, 'GetUserSettings', library);
  }
}

function codeName(names: Readonly<Record<number, string>>, code: number | undefined): string {
  return (code === undefined ? undefined : names[code]) ?? 'UnknownResponseCode';
}
