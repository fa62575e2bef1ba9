import type { Knex } from 'knex';
import { migrations, type Migration } from '../../../migrations/index.js';
import { AppError } from '../errors/errors.js';
import type { Database } from '../db/database.js';
import { lock } from '../db/locks.js';

const source: Knex.MigrationSource<Migration> = {
  getMigrations: () => Promise.resolve([...migrations]),
  getMigrationName: (migration) => migration.name,
  getMigration: (migration) => Promise.resolve(migration),
};
const config = { migrationSource: source, tableName: 'schema_migrations' };

/** How the schema of the database differs from the one of this code. */
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

/** The newest migration that ran, when, and how many did. */
export async function appliedMigrations({ sql }: Database) {
  const { rows } = await sql.raw<{ rows: { name: string; migration_time: Date; count: number }[] }>(
    `SELECT name, migration_time, count(*) OVER ()::int AS count FROM ${config.tableName} ORDER BY id DESC LIMIT 1`,
  );
  const [latest] = rows;
  return { count: latest?.count ?? 0, latest: latest?.name ?? null, at: latest?.migration_time ?? null };
}

/**
 * Runs the pending migrations, each in a transaction, and returns their names. Of several processes one runs them, and the
 * others wait. Knex's own lock is a row that a killed process leaves behind; ours ends with its connection, so the process
 * that holds it may delete the row.
 */
export function migrateUp(database: Database): Promise<string[]> {
  return database.withoutTimeouts((sql) =>
    sql.transaction(async (holder) => {
      await lock(holder, 'migrate');
      await sql.migrate.forceFreeMigrationsLock(config);
      const [, names] = (await sql.migrate.latest(config)) as [number, string[]];
      return names;
    }),
  );
}

/**
 * Throws AppError `conflict`, with the command to run, unless the schema is the one of this code. With `mayMigrate` it runs
 * the pending migrations instead.
 */
export async function assertSchema(database: Database, mayMigrate = false): Promise<void> {
  const { pending, unknown } = await schemaState(database);
  if (unknown.length > 0) {
    const names = unknown.join(', ');
    throw new AppError(
      'conflict',
      `The database belongs to a newer Postern (${names}). Start that one, or a newer one.`,
    );
  }
  if (pending.length === 0) return;
  if (!mayMigrate) {
    throw new AppError('conflict', `The database lacks ${pending.join(', ')}. Run: npm run migrate`);
  }
  await migrateUp(database);
}
