import type { Knex } from 'knex';
import { migrations, type Migration } from '../../migrations/index.js';
import type { Database } from './database.js';

const source: Knex.MigrationSource<Migration> = {
  getMigrations: () => Promise.resolve([...migrations]),
  getMigrationName: (migration) => migration.name,
  getMigration: (migration) => Promise.resolve({ up: migration.up, down: migration.down }),
};
const config = { migrationSource: source, tableName: 'schema_migrations' };

/** What the schema of the database is, seen from this code. */
export interface SchemaState {
  /** In the code and not yet in the database. */
  pending: string[];
  /** In the database and not in the code: the database belongs to a newer Postern. */
  unknown: string[];
}

/** Compares the database's schema with the code's; changes nothing. */
export async function schemaState({ sql }: Database): Promise<SchemaState> {
  const exists = await sql.schema.hasTable(config.tableName);
  const rows = exists ? await sql<{ name: string }>(config.tableName).select('name').orderBy('id') : [];
  const done = new Set(rows.map((row) => row.name));
  const known = new Set(migrations.map((migration) => migration.name));
  return {
    pending: [...known].filter((name) => !done.has(name)),
    unknown: [...done].filter((name) => !known.has(name)),
  };
}

/** Runs what is pending, under knex's lock, each step in a transaction; returns the names it ran. */
export async function migrateUp({ sql }: Database): Promise<string[]> {
  const [, names] = (await sql.migrate.latest(config)) as [number, string[]];
  return names;
}

/** Undoes every step, newest first; for tests and for leaving Postern. Returns the names it undid. */
export async function migrateDown({ sql }: Database): Promise<string[]> {
  const [, names] = (await sql.migrate.rollback(config, true)) as [number, string[]];
  return names;
}
