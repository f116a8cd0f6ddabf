/** A bare EWS client for tests: literal XML in, text out; keeps every answer for the schema test. */

import { request as send } from 'node:http';
import { startExchange } from '../../sandbox/exchange/server.ts';
import type { Sandbox, SandboxOptions } from '../../sandbox/exchange/server.ts';

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

/** The SOAP bodies of every HTTP 200 answer the tests of this process saw, by operation. */
export const SEEN: { readonly operation: string; readonly body: string }[] = [];

const NAMESPACES =
  'xmlns:s="http://schemas.xmlsoap.org/soap/envelope/" ' +
  'xmlns:t="http://schemas.microsoft.com/exchange/services/2006/types" ' +
  'xmlns:m="http://schemas.microsoft.com/exchange/services/2006/messages"';

/** A server whose well-formed answers are kept for the schema test. */
export function startRecorded(options: SandboxOptions = {}): Promise<Sandbox> {
  return startExchange({
    ...options,
    onExchange({ operation, response, status }) {
      const body = /<s:Body>([\s\S]*)<\/s:Body>/.exec(response)?.[1];
      if (status === 200 && body !== undefined) SEEN.push({ operation, body });
    },
  });
}

export function envelope(
  body: string,
  header = '<t:RequestServerVersion Version="Exchange2013_SP1"/>',
): string {
  return `<?xml version="1.0" encoding="utf-8"?><s:Envelope ${NAMESPACES}><s:Header>${header}</s:Header><s:Body>${body}</s:Body></s:Envelope>`;
}

export function impersonating(address: string, kind = 'PrimarySmtpAddress'): string {
  return (
    '<t:RequestServerVersion Version="Exchange2013_SP1"/><t:ExchangeImpersonation><t:ConnectingSID>' +
    `<t:${kind}>${address}</t:${kind}></t:ConnectingSID></t:ExchangeImpersonation>`
  );
}

/** Posts raw text; rejects when the connection breaks. */
export function post(url: string, source: string, user = 'alice', password = user): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const headers = {
      Authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`,
      'Content-Type': 'text/xml; charset=utf-8',
    };
    const sent = send(url, { method: 'POST', headers }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => {
        const body = Buffer.concat(chunks).toString('utf8');
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body });
      });
    });
    sent.on('error', reject);
    sent.end(source);
  });
}

/** Posts one operation and returns the answer's text. */
export async function ask(url: string, body: string, user?: string, header?: string): Promise<string> {
  return (await post(url, envelope(body, header), user)).body;
}

/** The response codes of an answer, in order. */
export function codes(xml: string): string[] {
  return [...xml.matchAll(/<m:ResponseCode>([^<]*)</g)].map((match) => match[1] ?? '');
}

/** The ItemIds of an answer, in order. */
export function itemIds(xml: string): { id: string; changeKey: string }[] {
  return [...xml.matchAll(/<t:ItemId Id="([^"]*)" ChangeKey="([^"]*)"/g)].map((match) => ({
    id: match[1] ?? '',
    changeKey: match[2] ?? '',
  }));
}

/** The first ItemId, which must be there. */
export function onlyId(xml: string): { id: string; changeKey: string } {
  const [first] = itemIds(xml);
  if (first === undefined) throw new Error(`no ItemId in ${xml}`);
  return first;
}

export function createContact(inner: string, folder = '<t:DistinguishedFolderId Id="contacts"/>'): string {
  return `<m:CreateItem><m:SavedItemFolderId>${folder}</m:SavedItemFolderId><m:Items><t:Contact>${inner}</t:Contact></m:Items></m:CreateItem>`;
}

export function getItems(ids: readonly string[], shape = '<t:BaseShape>AllProperties</t:BaseShape>'): string {
  const list = ids.map((id) => `<t:ItemId Id="${id}"/>`).join('');
  return `<m:GetItem><m:ItemShape>${shape}</m:ItemShape><m:ItemIds>${list}</m:ItemIds></m:GetItem>`;
}

export function syncItems(state: string, max = 512, more = ''): string {
  const given = state === '' ? '' : `<m:SyncState>${state}</m:SyncState>`;
  return (
    '<m:SyncFolderItems><m:ItemShape><t:BaseShape>IdOnly</t:BaseShape></m:ItemShape>' +
    `<m:SyncFolderId><t:DistinguishedFolderId Id="contacts"/></m:SyncFolderId>${given}${more}` +
    `<m:MaxChangesReturned>${max}</m:MaxChangesReturned></m:SyncFolderItems>`
  );
}

export function syncState(xml: string): string {
  return /<m:SyncState>([^<]*)</.exec(xml)?.[1] ?? '';
}

/** The kinds and ids of an answer's changes, in order. */
export function syncChanges(xml: string): string[] {
  return [...xml.matchAll(/<t:(Create|Update|Delete)>.*?<t:ItemId Id="([^"]*)"/g)].map(
    (match) => `${match[1]} ${match[2]}`,
  );
}

export function updateContact(
  item: { readonly id: string; readonly changeKey: string },
  updates: string,
  resolution = 'AutoResolve',
): string {
  return (
    `<m:UpdateItem ConflictResolution="${resolution}"><m:ItemChanges><t:ItemChange>` +
    `<t:ItemId Id="${item.id}" ChangeKey="${item.changeKey}"/><t:Updates>${updates}</t:Updates>` +
    '</t:ItemChange></m:ItemChanges></m:UpdateItem>'
  );
}

export function setField(uri: string, element: string): string {
  return `<t:SetItemField><t:FieldURI FieldURI="${uri}"/><t:Contact>${element}</t:Contact></t:SetItemField>`;
}
