import type { EntityManager, SelectQueryBuilder } from 'typeorm';
import type { Link, Side } from '../../sync/model.ts';
import type { RunScope, SyncStore } from '../../sync/stores.ts';
import { chunks } from '../../chunks.ts';
import { idsPerQuery } from '../ids-per-query.ts';
import type { Database } from '../database.ts';
import { linkEntity } from '../entities/link.ts';
import type { LinkRow } from '../entities/link.ts';
import { selectRows } from '../select-rows.ts';
import { fromLinkRow, itemIdColumn, linkColumns } from './link-rows.ts';

type LinkMethods = Pick<
  SyncStore,
  'linksByItem' | 'linkOwners' | 'linksById' | 'linksByIdentity' | 'halfLinkIds' | 'linkCount' | 'pairIds'
>;

/** Where several links know one item, ended ones come first: a map by item id ends with the living one. */
export function createLinkStore(database: Database): LinkMethods {
  return {
    async linksByItem(scope, side, itemIds) {
      return endedFirst(await linksWhere(database, itemIdColumn[side], itemIds, scope));
    },

    linkOwners(module, crmIds) {
      return database.read(async (manager) => {
        const owners: Pick<LinkRow, 'crmId' | 'mailboxId' | 'crmVersion' | 'state'>[] = [];
        for (const ids of chunks(crmIds, idsPerQuery)) {
          owners.push(
            ...(await selectRows(manager, linkEntity, ['crmId', 'mailboxId', 'crmVersion', 'state'])
              .where('row.crmId IN (:...ids) AND row.module = :module', { ids, module })
              .getRawMany<(typeof owners)[number]>()),
          );
        }
        return owners as Awaited<ReturnType<SyncStore['linkOwners']>>;
      });
    },

    async linksById(ids) {
      const links = await linksWhere(database, 'id', ids, null);
      return new Map(links.map((link) => [link.id, link]));
    },

    async linksByIdentity(scope, identities) {
      return endedFirst(await linksWhere(database, 'identity', identities, scope));
    },

    async halfLinkIds(scope) {
      const rows = await database.read((manager) =>
        selectRows(manager, linkEntity, ['id'])
          .addSelect('row.crmId IS NULL', 'openOnCrm')
          .where('row.mailboxId = :mailboxId AND row.module = :module', scope)
          .andWhere('row.half = :half', { half: true })
          .orderBy('row.id')
          .getRawMany<{ id: string; openOnCrm: number | string }>(),
      );
      const ids: Record<Side, string[]> = { crm: [], exchange: [] };
      for (const { id, openOnCrm } of rows) ids[Number(openOnCrm) === 1 ? 'crm' : 'exchange'].push(id);
      return ids;
    },

    linkCount: (scope) =>
      database.read((manager) =>
        manager.countBy(linkEntity, { mailboxId: scope.mailboxId, module: scope.module, state: 'active' }),
      ),

    async pairIds(scope) {
      const rows = await database.read((manager) =>
        selectRows(manager, linkEntity, ['id'])
          .where('row.mailboxId = :mailboxId AND row.module = :module', scope)
          .andWhere('row.crmId IS NOT NULL AND row.exchangeId IS NOT NULL')
          .orderBy('row.id')
          .getRawMany<Pick<LinkRow, 'id'>>(),
      );
      return rows.map(({ id }) => id);
    },
  };
}

function selectLinks(manager: EntityManager): SelectQueryBuilder<LinkRow> {
  return selectRows(manager, linkEntity, linkColumns);
}

async function linksWhere(
  database: Database,
  column: 'id' | 'crmId' | 'exchangeId' | 'identity',
  wanted: readonly string[],
  scope: RunScope | null,
): Promise<Link[]> {
  const rows = await database.read(async (manager) => {
    const found: LinkRow[] = [];
    for (const ids of chunks(wanted, idsPerQuery)) {
      const query = selectLinks(manager).where(`row.${column} IN (:...ids)`, { ids });
      if (scope) query.andWhere('row.mailboxId = :mailboxId AND row.module = :module', scope);
      for (const row of await query.getRawMany<LinkRow>()) found.push(row);
    }
    return found;
  });
  return rows.map(fromLinkRow);
}

function endedFirst(links: readonly Link[]): Link[] {
  const ended = links.filter((link) => link.state === 'deleted');
  return ended.length === 0 ? [...links] : [...ended, ...links.filter((link) => link.state !== 'deleted')];
}
