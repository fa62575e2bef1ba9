import type { Knex } from 'knex';

/** What was issued to a client before this is dead, be it because the client came back or because it may do less. */
export async function up(sql: Knex): Promise<void> {
  await sql.raw('ALTER TABLE oauth_clients RENAME COLUMN restored_at TO not_before');
}

/** Returns to the state before. */
export async function down(sql: Knex): Promise<void> {
  await sql.raw('ALTER TABLE oauth_clients RENAME COLUMN not_before TO restored_at');
}
