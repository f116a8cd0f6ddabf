/** What the server found at set-up is spoken to in, for whoever asks about all mailboxes at once. */
import { parseVersion, serverRelease } from '../ews/server-release.ts';
import { ewsSchemas, unsupportedFields } from '../ews/versions.ts';
import type { ExchangeSettings, SchemaName } from '../sync/administration.ts';
import type { Module } from '../sync/model.ts';

/** Null where nothing is known of it yet. */
export function spokenSchema({ schema, serverVersion }: ExchangeSettings): SchemaName | null {
  if (schema !== 'auto') return schema;
  return serverVersion === undefined ? null : (serverRelease(parseVersion(serverVersion)).schema ?? null);
}

/** The fields of a module that Exchange can neither show nor take there. */
export function fieldsLacking(exchange: ExchangeSettings | null, module: Module): readonly string[] {
  const spoken = exchange && spokenSchema(exchange);
  return spoken === null ? [] : unsupportedFields(ewsSchemas[spoken], module);
}
