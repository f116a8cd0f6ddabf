import type { EntityManager } from 'typeorm';
import type { Link, LinkState, Module, SealedValues, Shadow, Side } from '../../sync/model.ts';
import { openSide } from '../../sync/pairing.ts';
import type { CursorKey, RunScope } from '../../sync/stores.ts';
import { bulkInsert } from '../bulk-insert.ts';
import { chunks } from '../../chunks.ts';
import { idsPerQuery } from '../ids-per-query.ts';
import { linkEntity } from '../entities/link.ts';
import type { LinkRow } from '../entities/link.ts';
import { selectRows } from '../select-rows.ts';
import { sealedFromText, sealedToText } from './sealed-text.ts';

export const linkColumns = [
  'id',
  'module',
  'state',
  'reason',
  'crmId',
  'exchangeId',
  'crmVersion',
  'exchangeVersion',
  'crmValues',
  'exchangeValues',
  'identity',
] as const;

/** Stands in `exchangeValues` for "the same as crmValues", which is how most pairs are. */
const same = '=';

export function fromLinkRow(row: Pick<LinkRow, (typeof linkColumns)[number]>): Link {
  const module = row.module as Module;
  const crm = toShadow(row.crmVersion, row.crmValues, (text) => sealedFromText(module, text));
  const exchange = toShadow(row.exchangeVersion, row.exchangeValues, (text) =>
    text === same && crm ? crm.values : sealedFromText(module, text),
  );
  return {
    id: row.id,
    state: row.state as LinkState,
    reason: row.reason,
    crmId: row.crmId,
    exchangeId: row.exchangeId,
    crm,
    exchange,
    identity: row.identity,
  };
}

function toShadow(
  version: string | null,
  text: string | null,
  parse: (text: string) => SealedValues,
): Shadow | null {
  return version === null || text === null ? null : { version, values: parse(text) };
}

/** Inserts and overwrites links by id; what a full read has seen of them stays. */
export async function upsertLinks(
  manager: EntityManager,
  scope: RunScope,
  links: readonly Link[],
): Promise<void> {
  await bulkInsert(
    manager,
    linkEntity,
    links.map((link) => toRow(scope, link)),
    {
      kind: 'update',
      key: ['id'],
      columns: [
        'state',
        'reason',
        'crmId',
        'exchangeId',
        'half',
        'crmVersion',
        'exchangeVersion',
        'crmValues',
        'exchangeValues',
        'identity',
      ],
    },
  );
}

function toRow({ mailboxId, module }: RunScope, link: Link): LinkRow {
  const crmValues = link.crm && sealedToText(module, link.crm.values);
  const exchangeValues = link.exchange && sealedToText(module, link.exchange.values);
  return {
    id: link.id,
    mailboxId,
    module,
    state: link.state,
    reason: link.reason,
    crmId: link.crmId,
    exchangeId: link.exchangeId,
    half: openSide(link) !== null,
    crmVersion: link.crm?.version ?? null,
    exchangeVersion: link.exchange?.version ?? null,
    crmValues,
    exchangeValues: exchangeValues !== null && exchangeValues === crmValues ? same : exchangeValues,
    identity: link.identity,
    crmSeen: 0,
    exchangeSeen: 0,
  };
}

export const itemIdColumn = { crm: 'crmId', exchange: 'exchangeId' } as const satisfies Record<Side, string>;
const seenColumn = { crm: 'crmSeen', exchange: 'exchangeSeen' } as const satisfies Record<Side, string>;

/** The organisation-wide feed (mailboxId '') speaks of the links of all mailboxes. */
function ofFeed(key: CursorKey): string {
  return key.mailboxId === '' ? 'module = :module' : 'module = :module AND mailboxId = :mailboxId';
}

/** Writes down that full read `fullRead` of this feed has met these items. */
export async function markSeen(
  manager: EntityManager,
  key: CursorKey,
  fullRead: number,
  itemIds: readonly string[],
): Promise<void> {
  for (const ids of chunks(itemIds, idsPerQuery)) {
    await manager
      .createQueryBuilder()
      .update(linkEntity)
      .set({ [seenColumn[key.side]]: fullRead })
      .where(`${itemIdColumn[key.side]} IN (:...ids) AND ${ofFeed(key)}`, { ...key, ids })
      .execute();
  }
}

/** The items of links that have not ended and that neither full read `fullRead` of this feed nor a later one has met. */
export function unseenItems(
  manager: EntityManager,
  key: CursorKey,
  fullRead: number,
): Promise<{ mailboxId: string; itemId: string }[]> {
  const itemId = itemIdColumn[key.side];
  return selectRows(manager, linkEntity, ['mailboxId'])
    .addSelect(`row.${itemId}`, 'itemId')
    .where(`${ofFeed(key)} AND row.state <> 'deleted'`, key)
    .andWhere(`row.${itemId} IS NOT NULL AND row.${seenColumn[key.side]} < :fullRead`, { fullRead })
    .orderBy('row.id')
    .getRawMany<{ mailboxId: string; itemId: string }>();
}
