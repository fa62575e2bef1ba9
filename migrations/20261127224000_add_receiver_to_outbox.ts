import type { Knex } from 'knex';

/** Whom a message is sent to, as a keyed digest: a process sends few at once to one receiver. */
export async function up(sql: Knex): Promise<void> {
  await sql.raw('ALTER TABLE outbox ADD COLUMN receiver bytea');
}

export async function down(sql: Knex): Promise<void> {
  await sql.raw('ALTER TABLE outbox DROP COLUMN receiver');
}
