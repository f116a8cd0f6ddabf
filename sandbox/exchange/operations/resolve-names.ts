import { itemIdElement } from '../kinds/item-properties.ts';
import { ItemError } from '../item-error.ts';
import type { Mailbox } from '../mailbox.ts';
import type { RequestContext } from '../request-context.ts';
import { errorMessage, responseElement, successMessage } from '../response-message.ts';
import type { StoredItem } from '../stored-item.ts';
import { textValue } from '../stored-item.ts';
import { escapeText, textElement } from '../xml-text.ts';
import { checkSequence, optionalAttribute, requiredAttribute, requiredChild } from '../xml-tree.ts';
import type { XmlElement } from '../xml-tree.ts';

const MAX_RESOLUTIONS = 100;

/** https://learn.microsoft.com/exchange/client-developer/web-service-reference/resolvenames-operation */
export function resolveNames(request: XmlElement, context: RequestContext): string {
  checkSequence(request, ['m:ParentFolderIds', 'm:UnresolvedEntry']);
  const full = requiredAttribute(request, 'ReturnFullContactData', ['true', 'false', '1', '0']);
  const scopes = ['ActiveDirectory', 'ActiveDirectoryContacts', 'Contacts', 'ContactsActiveDirectory'];
  const scope = optionalAttribute(request, 'SearchScope', scopes) ?? 'ActiveDirectoryContacts';
  const entry = requiredChild(request, 'm:UnresolvedEntry')
    .text.trim()
    .replace(/^smtp:/i, '')
    .toLowerCase();
  const withContact = full === 'true' || full === '1';
  const resolutions: string[] = [];
  if (scope !== 'Contacts') {
    for (const mailbox of context.store.mailboxes) {
      if (startsAWord(mailbox.name, entry) || mailbox.address.toLowerCase().startsWith(entry)) {
        resolutions.push(mailboxResolution(mailbox, withContact));
      }
    }
  }
  if (scope !== 'ActiveDirectory') {
    for (const item of context.mailbox.distinguishedFolder('contacts')?.log.items() ?? []) {
      if (resolutions.length > MAX_RESOLUTIONS) break;
      resolutions.push(...contactResolutions(item, entry, context.mailbox));
    }
  }
  return responseElement('ResolveNames', message(resolutions));
}

function message(found: readonly string[]): string {
  if (found.length === 0) {
    return errorMessage({ operation: 'ResolveNames' }, new ItemError('ErrorNameResolutionNoResults'));
  }
  const all = found.length <= MAX_RESOLUTIONS;
  const shown = found.slice(0, MAX_RESOLUTIONS);
  const set = `<m:ResolutionSet TotalItemsInView="${shown.length}" IncludesLastItemInRange="${all}">${shown.join('')}</m:ResolutionSet>`;
  if (found.length === 1) return successMessage('ResolveNames', set);
  const several = new ItemError('ErrorNameResolutionMultipleResults');
  return errorMessage({ operation: 'ResolveNames', onError: set }, several, 'Warning');
}

function startsAWord(text: string, entry: string): boolean {
  return ` ${text.toLowerCase()}`.includes(` ${entry}`);
}

function mailboxElement(fields: { name: string; address: string; type: string; itemId?: string }): string {
  return (
    `<t:Mailbox>${textElement('Name', fields.name)}${textElement('EmailAddress', fields.address)}` +
    `<t:RoutingType>SMTP</t:RoutingType><t:MailboxType>${fields.type}</t:MailboxType>${fields.itemId ?? ''}</t:Mailbox>`
  );
}

function mailboxResolution(mailbox: Mailbox, withContact: boolean): string {
  const contact = withContact
    ? `<t:Contact>${textElement('DisplayName', mailbox.name)}<t:EmailAddresses>` +
      `<t:Entry Key="EmailAddress1">SMTP:${escapeText(mailbox.address)}</t:Entry></t:EmailAddresses>` +
      '<t:ContactSource>ActiveDirectory</t:ContactSource></t:Contact>'
    : '';
  const box = mailboxElement({ name: mailbox.name, address: mailbox.address, type: 'Mailbox' });
  return `<t:Resolution>${box}${contact}</t:Resolution>`;
}

/** One resolution per address of a contact whose name or address begins with the entry. */
function contactResolutions(item: StoredItem, entry: string, mailbox: Mailbox): readonly string[] {
  const name = textValue(item, 'contacts:DisplayName') ?? '';
  const addresses = ['EmailAddress1', 'EmailAddress2', 'EmailAddress3']
    .map((key) => textValue(item, `contacts:EmailAddress/${key}`))
    .filter((address) => address !== undefined);
  const byName = startsAWord(name, entry);
  return addresses
    .filter((address) => byName || address.toLowerCase().startsWith(entry))
    .map((address) => {
      const itemId = itemIdElement(item, mailbox);
      return `<t:Resolution>${mailboxElement({ name, address, type: 'Contact', itemId })}</t:Resolution>`;
    });
}
