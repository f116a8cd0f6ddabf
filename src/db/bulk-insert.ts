/**
 * Multi-row inserts past TypeORM's insert builder, which spends several times as long on composing the text of a
 * statement as the database on carrying it out.
 */
import type { EntityManager, EntitySchema } from 'typeorm';
import { chunks } from '../chunks.ts';

/** SQLite takes no more in one statement. */
const parameterLimit = 32_766;
/** Few enough for the statement to be prepared once and used again. */
const rowsPerStatement = 64;

/** MySQL takes 16 MB in one statement where nobody allowed more; a character takes 3 bytes at most, 4 as two. */
const charactersPerStatement = 4_000_000;

/**
 * What happens to a row whose unique key exists: `insert` fails, `ignore` keeps (and on MySQL locks) the old row,
 * `replace` deletes it and inserts the new one (under a new generated id), `update` overwrites the columns named.
 */
export type OnConflict<Row> =
  | { readonly kind: 'insert' | 'ignore' | 'replace' }
  | {
      readonly kind: 'update';
      readonly key: readonly (keyof Row & string)[];
      readonly columns: readonly (keyof Row & string)[];
    };

/** `rows` without their generated column; values must be what the driver takes: text, numbers, booleans, buffers, null. */
export async function bulkInsert<Row extends object>(
  manager: EntityManager,
  entity: EntitySchema<Row>,
  rows: readonly Partial<Row>[],
  onConflict: OnConflict<Row> = { kind: 'insert' },
): Promise<void> {
  const { driver } = manager.dataSource;
  const metadata = manager.dataSource.getMetadata(entity);
  const columns = metadata.columns
    .filter((column) => !column.isGenerated)
    .map((column) => column.propertyName as keyof Row & string);
  const names = columns.map((column) => driver.escape(column)).join(', ');
  const tuple = `(${columns.map(() => '?').join(', ')})`;
  const mysql = driver.options.type !== 'better-sqlite3';
  const head = `${verb(onConflict.kind, mysql)} INTO ${driver.escape(metadata.tableName)} (${names}) VALUES `;
  const tail = conflictClause(onConflict, columns[0] ?? '', driver.escape.bind(driver), mysql);
  const size = Math.min(rowsPerStatement, Math.floor(parameterLimit / columns.length));
  for (const chunk of statementsOf(rows, size)) {
    const parameters: unknown[] = [];
    for (const row of chunk) for (const column of columns) parameters.push(row[column] ?? null);
    await manager.query(
      `${head}${new Array<string>(chunk.length).fill(tuple).join(', ')}${tail}`,
      parameters,
    );
  }
}

/** Cut after `size` rows, and where their texts outgrow a statement. A larger row is left to a statement of its own. */
function* statementsOf<Row extends object>(rows: readonly Row[], size: number): Generator<readonly Row[]> {
  for (const chunk of chunks(rows, size)) {
    let start = 0;
    let characters = 0;
    for (const [index, row] of chunk.entries()) {
      const more = charactersOf(row);
      if (index > start && characters + more > charactersPerStatement) {
        yield chunk.slice(start, index);
        start = index;
        characters = 0;
      }
      characters += more;
    }
    yield start === 0 ? chunk : chunk.slice(start);
  }
}

function charactersOf(row: object): number {
  let characters = 0;
  for (const value of Object.values(row)) if (typeof value === 'string') characters += value.length;
  return characters;
}

/** Not INSERT IGNORE on MySQL, which also cuts what is too long and turns wrong values into others. */
function verb(kind: OnConflict<object>['kind'], mysql: boolean): string {
  if (kind === 'replace') return 'REPLACE';
  if (kind === 'ignore' && !mysql) return 'INSERT OR IGNORE';
  return 'INSERT';
}

function conflictClause<Row>(
  onConflict: OnConflict<Row>,
  anyColumn: string,
  escape: (name: string) => string,
  mysql: boolean,
): string {
  if (onConflict.kind === 'ignore' && mysql) {
    return ` ON DUPLICATE KEY UPDATE ${escape(anyColumn)} = ${escape(anyColumn)}`;
  }
  if (onConflict.kind !== 'update') return '';
  const { key, columns } = onConflict;
  if (mysql) {
    // MySQL 8 would rather have a row alias, which MariaDB does not know; both know VALUES().
    return ` ON DUPLICATE KEY UPDATE ${columns.map((name) => `${escape(name)} = VALUES(${escape(name)})`).join(', ')}`;
  }
  const updates = columns.map((name) => `${escape(name)} = excluded.${escape(name)}`).join(', ');
  return ` ON CONFLICT (${key.map(escape).join(', ')}) DO UPDATE SET ${updates}`;
}
