/** The control plane: ews-javascript-api over our transport, for what is asked seldom and in small amounts. */
import type * as EwsLibrary from 'ews-javascript-api';
import { RemoteError, StoppedError } from '../errors.ts';
import type { ServerVersion } from './server-release.ts';
import { describeVersion, serverRelease } from './server-release.ts';
import type { Library } from './service-hardening.ts';
import { loadLibrary, toRemoteError } from './service-hardening.ts';
import type { EwsTransport } from './transport.ts';
import type { EwsSchema } from './versions.ts';
import { xhrOverTransport } from './xhr-over-transport.ts';

export interface ServiceOptions {
  /** Primary SMTP address; absent: the account's own mailbox. */
  readonly mailbox?: string;
  /** True: the account acts as the mailbox. False: it opens the mailbox with its own rights. */
  readonly impersonate?: boolean;
  readonly schema: EwsSchema;
}

/** The contacts folder was opened, and this is who answered. */
export interface FolderTest {
  /** Such as `15.2.1748.10`. */
  readonly serverVersion: string;
  /** Such as `Exchange 2019`. */
  readonly release: string;
}

export interface ResolvedName {
  readonly name: string;
  readonly address: string;
}

/** One mailbox and one credential; never shared. Every method throws RemoteError (side `exchange`) or StoppedError. */
export interface ExchangeService {
  /** Opens the contacts folder (Microsoft: GetFolder). */
  testFolder(): Promise<FolderTest>;
  /** People and rooms of the address list whose name or address begins like the text (Microsoft: ResolveNames). */
  resolveName(text: string): Promise<ResolvedName[]>;
  /** The version named by the last answer that had one; faults of Exchange 2010 and newer have none. */
  readonly serverVersion: ServerVersion | null;
  /** Stops what is on its way. The transport stays open. */
  close(): void;
}

export function createExchangeService(transport: EwsTransport, options: ServiceOptions): ExchangeService {
  const closing = new AbortController();
  let serverVersion: ServerVersion | null = null;

  const connect = (library: Library): EwsLibrary.ExchangeService => {
    // With the host's zone, the library takes a UTC host for one in Monrovia.
    const service = new library.ExchangeService(
      library.ExchangeVersion[options.schema.name],
      library.TimeZoneInfo.Utc,
    );
    service.XHRApi = xhrOverTransport({
      transport,
      signal: closing.signal,
      onServerVersion: (version) => (serverVersion = version),
      ...(options.mailbox === undefined ? {} : { anchorMailbox: options.mailbox }),
    });
    // The library insists on both; the transport has its own and sends neither of these.
    service.Url = new library.Uri('https://transport.invalid/EWS/Exchange.asmx');
    service.Credentials = new library.WebCredentials('transport', 'transport');
    if (options.mailbox !== undefined && options.impersonate) {
      service.ImpersonatedUserId = new library.ImpersonatedUserId(
        library.ConnectingIdType.SmtpAddress,
        options.mailbox,
      );
    }
    return service;
  };

  const ask = async <T>(
    operation: string,
    question: (service: EwsLibrary.ExchangeService, library: Library) => Promise<T>,
  ): Promise<T> => {
    if (closing.signal.aborted) throw new StoppedError('the Exchange service is closed');
    const library = await loadLibrary();
    const service = connect(library);
    try {
      return await question(service, library);
    } catch (error) {
      throw toRemoteError(error, operation, library);
    }
  };

  return {
    async testFolder() {
      await ask('GetFolder', (service, library) =>
        library.Folder.Bind(
          service,
          contactsFolder(library, options),
          // One by one: what "all properties" means differs between releases.
          new library.PropertySet(library.BasePropertySet.IdOnly, [library.FolderSchema.DisplayName]),
        ),
      );
      if (!serverVersion) throw versionMissing();
      return { serverVersion: describeVersion(serverVersion), release: serverRelease(serverVersion).name };
    },
    async resolveName(text) {
      const found = await ask('ResolveNames', (service, library) =>
        service.ResolveName(text, library.ResolveNameSearchLocation.DirectoryOnly, false),
      );
      return found.GetEnumerator().flatMap(({ Mailbox: { Name: name, Address: address } }) =>
        // The library turns an empty text into an object.
        typeof address === 'string' ? [{ name: typeof name === 'string' ? name : '', address }] : [],
      );
    },
    get serverVersion() {
      return serverVersion;
    },
    close() {
      closing.abort();
    },
  };
}

/** Without impersonation the folder is named with its mailbox, or another mailbox's would be the account's own. */
function contactsFolder(library: Library, { mailbox, impersonate }: ServiceOptions): EwsLibrary.FolderId {
  const { Contacts } = library.WellKnownFolderName;
  return mailbox === undefined || impersonate
    ? new library.FolderId(Contacts)
    : new library.FolderId(Contacts, new library.Mailbox(mailbox));
}

function versionMissing(): RemoteError {
  return new RemoteError({
    side: 'exchange',
    code: 'MalformedAnswer',
    message: 'The server does not say which version of Exchange it is.',
    remedy: 'Check that the address leads to Exchange itself.',
    retryable: false,
  });
}
