/** Requests about items of any kind, as literal XML. */
import { ask, onlyId } from './ews-client.ts';

export interface ItemRef {
  readonly id: string;
  readonly changeKey: string;
}

export interface CreateOptions {
  readonly folder?: string;
  /** Attributes of m:CreateItem. */
  readonly attributes?: string;
}

export function createItems(items: string, options: CreateOptions = {}): string {
  const folder =
    options.folder === undefined
      ? ''
      : `<m:SavedItemFolderId><t:DistinguishedFolderId Id="${options.folder}"/></m:SavedItemFolderId>`;
  const attributes = options.attributes ?? 'MessageDisposition="SaveOnly"';
  return `<m:CreateItem ${attributes}>${folder}<m:Items>${items}</m:Items></m:CreateItem>`;
}

/** Creates one item and returns its id. */
export async function create(
  url: string,
  item: string,
  options: CreateOptions = {},
  user?: string,
): Promise<ItemRef> {
  return onlyId(await ask(url, createItems(item, options), user));
}

export function updateItems(
  item: ItemRef,
  updates: string,
  attributes = 'MessageDisposition="SaveOnly"',
): string {
  return (
    `<m:UpdateItem ConflictResolution="AlwaysOverwrite" ${attributes}><m:ItemChanges><t:ItemChange>` +
    `<t:ItemId Id="${item.id}" ChangeKey="${item.changeKey}"/><t:Updates>${updates}</t:Updates>` +
    '</t:ItemChange></m:ItemChanges></m:UpdateItem>'
  );
}

export function set(kind: string, uri: string, element: string): string {
  return `<t:SetItemField><t:FieldURI FieldURI="${uri}"/><t:${kind}>${element}</t:${kind}></t:SetItemField>`;
}

export function clear(uri: string): string {
  return `<t:DeleteItemField><t:FieldURI FieldURI="${uri}"/></t:DeleteItemField>`;
}

export function remove(item: ItemRef, attributes = 'DeleteType="HardDelete"'): string {
  return `<m:DeleteItem ${attributes}><m:ItemIds>${idElement(item)}</m:ItemIds></m:DeleteItem>`;
}

export function send(item: ItemRef, save: string, folder = ''): string {
  const saved =
    folder === ''
      ? ''
      : `<m:SavedItemFolderId><t:DistinguishedFolderId Id="${folder}"/></m:SavedItemFolderId>`;
  return `<m:SendItem SaveItemToFolder="${save}"><m:ItemIds>${idElement(item)}</m:ItemIds>${saved}</m:SendItem>`;
}

export function idElement(item: ItemRef): string {
  return `<t:ItemId Id="${item.id}" ChangeKey="${item.changeKey}"/>`;
}

/** `list` names what is wanted beyond the id. */
export function findIn(folder: string, fields: readonly string[] = [], rest = ''): string {
  const additional = fields.map((uri) => `<t:FieldURI FieldURI="${uri}"/>`).join('');
  const wanted = additional === '' ? '' : `<t:AdditionalProperties>${additional}</t:AdditionalProperties>`;
  return (
    `<m:FindItem Traversal="Shallow"><m:ItemShape><t:BaseShape>IdOnly</t:BaseShape>${wanted}</m:ItemShape>${rest}` +
    `<m:ParentFolderIds><t:DistinguishedFolderId Id="${folder}"/></m:ParentFolderIds></m:FindItem>`
  );
}

/** IdOnly and the fields named. */
export function fields(...uris: readonly string[]): string {
  return `<t:BaseShape>IdOnly</t:BaseShape><t:AdditionalProperties>${uris.map((uri) => `<t:FieldURI FieldURI="${uri}"/>`).join('')}</t:AdditionalProperties>`;
}

/** The text of the first such element; undefined when there is none. */
export function text(xml: string, name: string): string | undefined {
  return new RegExp(`<t:${name}(?: [^>]*)?>([^<]*)</t:${name}>`).exec(xml)?.[1];
}
