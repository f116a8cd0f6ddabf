/** Where the installation of a case lies: made once, and put back as it was before each case. */
import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import BetterSqlite3 from 'better-sqlite3';
import type { RowDataPacket } from 'mysql2/promise';
import { makeScratch, serverConnection } from '../db/mysql-scratch.ts';

export interface CaseDatabase {
  /** Of the installation that is made once, whose folder is given. */
  readonly templateUrl: string;
  /** Of the case, whose folder is given. */
  readonly caseUrl: string;
  /** Makes the case's database as the template is. */
  restore(): Promise<void>;
  /** What the case's database answers. */
  rows<Row>(sql: string): Promise<Row[]>;
}

export type MakeCaseDatabase = (templateFolder: string, caseFolder: string) => Promise<CaseDatabase>;

export async function sqliteCases(templateFolder: string, caseFolder: string): Promise<CaseDatabase> {
  const [template, file] = [join(templateFolder, 'exsync.db'), join(caseFolder, 'exsync.db')];
  return {
    templateUrl: `sqlite:${template}`,
    caseUrl: `sqlite:${file}`,
    restore: async () => copyFileSync(template, file),
    async rows<Row>(sql: string) {
      const database = new BetterSqlite3(file);
      try {
        return database.prepare<[], Row>(sql).all();
      } finally {
        database.close();
      }
    },
  };
}

export async function mysqlCases(): Promise<CaseDatabase> {
  const [templateUrl, caseUrl] = [await makeScratch(), await makeScratch()];
  const [template, name] = [templateUrl, caseUrl].map((url) => new URL(url).pathname.slice(1));
  const server = await serverConnection();
  return {
    templateUrl,
    caseUrl,
    async restore() {
      const [tables] = await server.query<RowDataPacket[]>(
        'SELECT table_name AS name FROM information_schema.tables WHERE table_schema = ?',
        [template],
      );
      const copies = tables.map(({ name: table }) => {
        const [from, to] = [`${template}.${String(table)}`, `${name}.${String(table)}`];
        return `CREATE TABLE ${to} LIKE ${from}; INSERT INTO ${to} SELECT * FROM ${from}`;
      });
      await server.query(`DROP DATABASE ${name}; CREATE DATABASE ${name}; ${copies.join('; ')}`);
    },
    async rows<Row>(sql: string) {
      const [rows] = await server.query<RowDataPacket[]>(sql.replace(/\bFROM (\w+)/g, `FROM ${name}.$1`));
      return rows as Row[];
    },
  };
}
