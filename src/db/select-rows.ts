import type { EntityManager, EntitySchema, ObjectLiteral, SelectQueryBuilder } from 'typeorm';

/**
 * A query for these columns of a table, called `row` in conditions. Finish it with `getRawMany<Pick<Row, …>>()`:
 * TypeORM takes several times as long to turn rows into entities as to fetch them. Flags come as 0 and 1, and each
 * column under its own name.
 */
export function selectRows<Row extends ObjectLiteral>(
  manager: EntityManager,
  entity: EntitySchema<Row>,
  columns: readonly (keyof Row & string)[],
): SelectQueryBuilder<Row> {
  const query = manager.createQueryBuilder(entity, 'row').select([]);
  for (const column of columns) query.addSelect(`row.${column}`, column);
  return query;
}

/** Keeps other transactions of MySQL from these rows until this one ends; on SQLite there are no others. */
export function lockRows<Row extends ObjectLiteral>(query: SelectQueryBuilder<Row>): SelectQueryBuilder<Row> {
  const isSqlite = query.dataSource.options.type === 'better-sqlite3';
  return isSqlite ? query : query.setLock('pessimistic_write');
}
