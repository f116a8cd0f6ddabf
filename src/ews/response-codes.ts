/** What the response codes of EWS mean to us (Microsoft: ResponseCode). Decided by code: a server's texts may hold content. */
import { RemoteError } from '../errors.ts';
import type { Failure } from '../sync/ports.ts';

interface CodeMeaning {
  /** In plain words, for the one item or the whole request. */
  readonly message: string;
  /** The same request may succeed later. */
  readonly retryable?: true;
  /** Given back by the front door: a request answered so was certainly not carried out. */
  readonly notCarriedOut?: true;
  readonly remedy?: string;
}

const schemaRemedy =
  'Let the server say what it speaks, with `exsync settings exchange.schema=auto`; `exsync doctor` names its version.';

const meanings: Readonly<Record<string, CodeMeaning>> = {
  ErrorServerBusy: {
    message: 'Exchange is busy and asked us to come back later.',
    retryable: true,
    notCarriedOut: true,
  },
  ErrorExceededConnectionCount: {
    message: 'The account has too many connections to Exchange open.',
    retryable: true,
    notCarriedOut: true,
    remedy: 'Give the service account a throttling policy of its own, or lower the number of connections.',
  },
  ErrorTooManyObjectsOpened: {
    message: 'Exchange has too many mailboxes open for this account.',
    retryable: true,
    notCarriedOut: true,
  },
  ErrorBatchProcessingStopped: {
    message: 'Exchange stopped the batch at an earlier item.',
    retryable: true,
    notCarriedOut: true,
  },
  ErrorTimeoutExpired: { message: 'Exchange ran out of time.', retryable: true },
  ErrorInternalServerTransientError: { message: 'Exchange had a passing internal error.', retryable: true },
  ErrorInternalServerError: { message: 'Exchange had an internal error.', retryable: true },
  ErrorMailboxStoreUnavailable: { message: 'The mailbox database is not available.', retryable: true },
  ErrorMailboxMoveInProgress: { message: 'The mailbox is being moved.', retryable: true },
  ErrorConnectionFailed: { message: 'Exchange could not reach the mailbox.', retryable: true },
  ErrorADUnavailable: { message: 'Exchange could not reach its directory.', retryable: true },
  ErrorADOperation: { message: 'Exchange could not read its directory.', retryable: true },
  ErrorInsufficientResources: { message: 'Exchange is short of resources.', retryable: true },
  ErrorQuotaExceeded: {
    message: 'The mailbox is full.',
    remedy: 'Free space in the mailbox or raise its quota.',
  },
  ErrorAccessDenied: {
    message: 'Exchange denied access.',
    notCarriedOut: true,
    remedy: 'Give the account rights to the mailbox, or use impersonation.',
  },
  ErrorImpersonateUserDenied: {
    message: 'The service account may not impersonate this mailbox.',
    notCarriedOut: true,
    remedy:
      'Run New-ManagementRoleAssignment -Role ApplicationImpersonation -User <service account> in the Exchange Management Shell.',
  },
  ErrorImpersonationFailed: {
    message: 'Exchange could not impersonate the mailbox.',
    notCarriedOut: true,
    remedy: 'Check the Client Access server: impersonation is set up wrongly there.',
  },
  ErrorNonExistentMailbox: {
    message: 'No mailbox has this address.',
    notCarriedOut: true,
    remedy: "Check the user's mailbox address.",
  },
  ErrorAccountDisabled: {
    message: 'The account of this mailbox is disabled.',
    notCarriedOut: true,
    remedy: 'Enable the account in Active Directory, or switch the user off here.',
  },
  ErrorPasswordExpired: {
    message: 'The password of the account has expired.',
    notCarriedOut: true,
    remedy: 'Change the password in Active Directory and update it here.',
  },
  ErrorPasswordChangeRequired: {
    message: 'The account must change its password first.',
    notCarriedOut: true,
    remedy: 'Change the password in Active Directory and update it here.',
  },
  ErrorInvalidServerVersion: {
    message: 'Exchange does not know the version we speak.',
    notCarriedOut: true,
    remedy: schemaRemedy,
  },
  ErrorIncorrectSchemaVersion: {
    message: 'Exchange expects another version of the request.',
    notCarriedOut: true,
    remedy: schemaRemedy,
  },
  ErrorInvalidSchemaVersionForMailboxVersion: {
    message: 'The mailbox is on an Exchange server that is older than the version we speak.',
    notCarriedOut: true,
    remedy: schemaRemedy,
  },
  ErrorInvalidRequest: { message: 'Exchange calls the request invalid.', remedy: schemaRemedy },
  ErrorSchemaValidation: {
    message: 'Exchange refused the form of the request.',
    notCarriedOut: true,
    remedy:
      'If `exsync settings` shows an exchange.schema other than auto, set it to auto; else report this as a defect.',
  },
  ErrorSyncFolderNotFound: {
    message: 'The folder that is synced no longer exists.',
    remedy: 'The next run asks for the folder anew; if it stays so, look whether the mailbox still has one.',
  },
  ErrorFolderNotFound: {
    message: 'The folder does not exist.',
    remedy: 'The next run asks for the folder anew; if it stays so, look whether the mailbox still has one.',
  },
  ErrorItemNotFound: { message: 'The item does not exist.' },
  ErrorInvalidIdMalformed: { message: 'Exchange does not understand the id.' },
  ErrorPropertyUpdate: { message: 'Exchange cannot store one of the values.' },
  ErrorInvalidPropertySet: { message: 'Exchange does not let this field be written.' },
  ErrorInvalidPropertyRequest: { message: 'Exchange knows no such field on this item.' },
  ErrorAttachmentSizeLimitExceeded: { message: 'The picture is too large for Exchange.' },
  ErrorMessageSizeExceeded: { message: 'The item is too large for Exchange.' },
};

const conflictCodes: ReadonlySet<string> = new Set([
  'ErrorIrresolvableConflict',
  'ErrorStaleObject',
  'ErrorChangeKeyRequired',
  'ErrorChangeKeyRequiredForWriteOperations',
  'ErrorInvalidChangeKey',
]);

/** Exchange may not speak the schema of the request. Exchange 2019 calls a request in an unknown one invalid. */
const schemaCodes: ReadonlySet<string> = new Set([
  'ErrorSchemaValidation',
  'ErrorIncorrectSchemaVersion',
  'ErrorInvalidServerVersion',
  'ErrorInvalidRequest',
  'ErrorInvalidSchemaVersionForMailboxVersion',
]);

/** The schema is newer than what stands behind the server that answered. */
const schemaTooNewCodes: ReadonlySet<string> = new Set([
  'ErrorInvalidServerVersion',
  'ErrorInvalidSchemaVersionForMailboxVersion',
]);

/** Concurrency limits: the whole server is given a moment, for the next request of anybody meets the same limit. */
const crowdedCodes: ReadonlySet<string> = new Set([
  'ErrorExceededConnectionCount',
  'ErrorTooManyObjectsOpened',
]);

const defaultBackOffMs = 5_000;

/** What came with a code: the named values of MessageXml. */
export type CodeDetails = ReadonlyMap<string, string>;

export function isConflict(code: string): boolean {
  return conflictCodes.has(code);
}

/** Another schema may be what the server wants: ask it anew what it is. */
export function isSchemaRefusal(code: string): boolean {
  return schemaCodes.has(code);
}

/** An older schema is wanted, whatever version the server names. */
export function isSchemaTooNew(code: string): boolean {
  return schemaTooNewCodes.has(code);
}

export function isRetryable(code: string): boolean {
  return meanings[code]?.retryable ?? false;
}

function isNotCarriedOut(code: string): boolean {
  return meanings[code]?.notCarriedOut ?? false;
}

/**
 * How long to stay away, or null when the code does not ask for it. ErrorServerBusy comes by itself or inside
 * ErrorInternalServerError; the time comes as BackOffMilliseconds, in a text, as 0, or not at all.
 */
export function backOffMsOf(code: string, details: CodeDetails): number | null {
  if (crowdedCodes.has(code)) return 1_000;
  const busy = code === 'ErrorServerBusy' || details.get('InnerErrorResponseCode') === 'ErrorServerBusy';
  if (!busy) return null;
  const named = Number(details.get('BackOffMilliseconds') ?? NaN);
  if (named > 0) return named;
  const told = /backoff time (\d+) ms/i.exec(details.get('ErrorMessage') ?? '')?.[1];
  return told !== undefined && Number(told) > 0 ? Number(told) : defaultBackOffMs;
}

export function failureOf(code: string): Failure {
  const message = meanings[code]?.message ?? `Exchange answered ${code}.`;
  return { code, message, retryable: isRetryable(code) };
}

/** The whole request was answered by this code. `write`: it may have been carried out unless the code rules that out. */
export function remoteErrorOf(code: string, options: { write: boolean; retryAfterMs?: number }): RemoteError {
  const meaning = meanings[code];
  return new RemoteError({
    side: 'exchange',
    code,
    message: meaning?.message ?? `Exchange answered ${code}.`,
    retryable: isRetryable(code),
    outcomeUnknown: options.write && !isNotCarriedOut(code),
    ...(options.retryAfterMs !== undefined && { retryAfterMs: options.retryAfterMs }),
    ...(meaning?.remedy !== undefined && { remedy: meaning.remedy }),
  });
}
