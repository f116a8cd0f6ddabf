import type { DataSource } from 'typeorm';

/** The database as it was before this migration and all later ones. */
export async function undoFrom(dataSource: DataSource, migration: string): Promise<void> {
  const isThere = async (): Promise<boolean> => {
    const rows = await dataSource.query<{ name: string }[]>('SELECT name FROM migrations');
    return rows.some(({ name }) => name === migration);
  };
  if (!(await isThere())) throw new Error(`There is no migration ${migration}.`);
  while (await isThere()) await dataSource.undoLastMigration();
}
