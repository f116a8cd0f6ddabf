/** Whom a request acts as. */
import type { ExchangeStore } from './exchange-store.ts';
import type { Mailbox } from './mailbox.ts';
import type { SandboxUser } from './sandbox-user.ts';
import { SoapFault } from './soap-fault.ts';
import type { SoapRequest } from './soap-request.ts';
import { child } from './xml-tree.ts';
import type { XmlElement } from './xml-tree.ts';

/** The mailbox a request acts on: the caller's own, or the one of ExchangeImpersonation. */
export function actingMailbox(
  caller: SandboxUser,
  header: XmlElement | undefined,
  store: ExchangeStore,
): Mailbox {
  const impersonation = header === undefined ? undefined : child(header, 't:ExchangeImpersonation');
  if (impersonation === undefined) return store.mailbox(caller.address);
  const sids = child(impersonation, 't:ConnectingSID')?.children ?? [];
  const [sid] = sids;
  const who = sid?.text.trim() ?? '';
  if (sid === undefined || sids.length !== 1 || who === '') {
    throw new SoapFault(
      'ErrorInvalidExchangeImpersonationHeaderData',
      'The impersonation header is invalid.',
    );
  }
  const mailbox = findConnecting(sid.name, who, store);
  if (mailbox === undefined) {
    throw new SoapFault('ErrorNonExistentMailbox', 'The SMTP address has no mailbox associated with it.');
  }
  const own = mailbox.address.toLowerCase() === caller.address.toLowerCase();
  const allowed =
    caller.impersonates?.some((one) => one.toLowerCase() === mailbox.address.toLowerCase()) === true;
  if (!own && !allowed) {
    throw new SoapFault(
      'ErrorImpersonateUserDenied',
      'The account does not have permission to impersonate the requested user.',
    );
  }
  return mailbox;
}

/** Whose budget a request is charged to: whom it acts as, or the caller where he may not act as that. */
export function chargedAccount(
  request: SoapRequest | SoapFault,
  caller: SandboxUser,
  store: ExchangeStore,
): string {
  if (request instanceof SoapFault) return caller.address;
  try {
    return actingMailbox(caller, request.header, store).address;
  } catch (error) {
    if (error instanceof SoapFault) return caller.address;
    throw error;
  }
}

function findConnecting(kind: string, who: string, store: ExchangeStore): Mailbox | undefined {
  switch (kind) {
    case 't:PrimarySmtpAddress':
    case 't:SmtpAddress':
    case 't:PrincipalName':
      return store.findMailbox(who);
    case 't:SID':
      return [...store.mailboxes].find((mailbox) => mailbox.sid === who);
    default:
      throw new SoapFault(
        'ErrorInvalidExchangeImpersonationHeaderData',
        'The impersonation header is invalid.',
      );
  }
}
