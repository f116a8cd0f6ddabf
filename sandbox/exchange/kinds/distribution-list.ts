import type { KindDefinition } from '../item-kind.ts';
import { structureValue } from '../stored-item.ts';
import type { EmbeddedItem, Structure } from '../stored-item.ts';
import { escapeText, textElement } from '../xml-text.ts';
import { child, childText, requiredChild } from '../xml-tree.ts';
import type { XmlElement } from '../xml-tree.ts';
import { contactProperty } from './contact.ts';
import { fillDerivedNames } from './derived-names.ts';
import { ITEM } from './item-properties.ts';

const MEMBERS = 'distributionlist:Members';

interface ListMember {
  readonly name: string | undefined;
  readonly address: string | undefined;
  readonly routingType: string | undefined;
  readonly mailboxType: string | undefined;
  readonly itemId: string | undefined;
}

interface Members extends Structure {
  readonly structure: 'members';
  readonly list: readonly ListMember[];
}

export const DISTRIBUTION_LIST_KIND: KindDefinition = {
  name: 'DistributionList',
  itemClass: 'IPM.DistList',
  homeFolder: 'contacts',
  properties: [
    ...ITEM,
    contactProperty('DisplayName', 'text', { inDefault: true }),
    contactProperty('FileAs', 'text', { inDefault: true }),
    {
      element: 'Members',
      uri: MEMBERS,
      kind: 'structure',
      getItemOnly: true,
      read: (element) => [[MEMBERS, members(readMembers(element))]],
      append: (item, element) => [[MEMBERS, members([...membersOf(item), ...readMembers(element)])]],
      write: (item) => {
        const list = membersOf(item);
        return list.length === 0 ? '' : `<t:Members>${list.map(memberElement).join('')}</t:Members>`;
      },
    },
  ],
  derive: fillDerivedNames,
};

function members(list: readonly ListMember[]): Members {
  return { structure: 'members', list };
}

function membersOf(item: EmbeddedItem): readonly ListMember[] {
  return structureValue<Members>(item, MEMBERS, 'members')?.list ?? [];
}

/** Members of a distribution list, in order. */
function readMembers(element: XmlElement): readonly ListMember[] {
  return element.children.map((member) => {
    const mailbox = requiredChild(member, 't:Mailbox');
    return {
      name: childText(mailbox, 't:Name'),
      address: childText(mailbox, 't:EmailAddress'),
      routingType: childText(mailbox, 't:RoutingType'),
      mailboxType: childText(mailbox, 't:MailboxType'),
      itemId: child(mailbox, 't:ItemId')?.attributes['Id'],
    };
  });
}

function memberElement(member: ListMember): string {
  const part = (element: string, value: string | undefined): string =>
    value === undefined || value === '' ? '' : textElement(element, value);
  const id = member.itemId === undefined ? '' : `<t:ItemId Id="${escapeText(member.itemId)}"/>`;
  return (
    `<t:Member><t:Mailbox>${part('Name', member.name)}${part('EmailAddress', member.address)}` +
    `${part('RoutingType', member.routingType ?? 'SMTP')}${part('MailboxType', member.mailboxType)}${id}</t:Mailbox>` +
    '<t:Status>Normal</t:Status></t:Member>'
  );
}
