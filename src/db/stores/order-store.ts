import type { Order, OrderStore, StoredOrder } from '../../sync/orders.ts';
import type { RunScope } from '../../sync/stores.ts';
import { chunks } from '../../chunks.ts';
import { idsPerQuery } from '../ids-per-query.ts';
import type { Database } from '../database.ts';
import type { OrderRow } from '../entities/order.ts';
import { carryOut, insertNumbered, listOf, selectAll, selectOne } from '../fixed-sql.ts';

export function createOrderStore(database: Database): OrderStore {
  return {
    add: (scope, order) =>
      database.transaction(async (manager) => {
        const values = [scope.mailboxId, scope.module, JSON.stringify(order)];
        return { id: await insertNumbered(manager, insertText, values), scope, order };
      }),

    open: () =>
      database.read(async (manager) => {
        const rows = await selectAll<OrderRow>(manager, 'SELECT * FROM `orders` ORDER BY `id`');
        return rows.map(fromRow);
      }),

    isOpen: (id) =>
      database.read(
        async (manager) =>
          (await selectOne(manager, 'SELECT `id` FROM `orders` WHERE `id` = ?', [id])) !== null,
      ),

    remove: (ids) =>
      database.transaction(async (manager) => {
        for (const some of chunks(ids, idsPerQuery)) {
          await carryOut(manager, `DELETE FROM \`orders\` WHERE \`id\` IN ${listOf(some)}`, some);
        }
      }),
  };
}

const insertText = 'INSERT INTO `orders` (`mailboxId`, `module`, `body`) VALUES (?, ?, ?)';

function fromRow({ id, mailboxId, module, body }: OrderRow): StoredOrder {
  return {
    id: Number(id),
    scope: { mailboxId, module: module as RunScope['module'] },
    order: JSON.parse(body) as Order,
  };
}
