import type { Knex } from 'knex';

/** Of each periodic job its interval in seconds, when the last run ended, and why it failed; null when it did not. */
export async function up(sql: Knex): Promise<void> {
  await sql.raw(`
    ALTER TABLE job_slots ADD COLUMN seconds int, ADD COLUMN finished_at timestamptz, ADD COLUMN error text;
  `);
}

export async function down(sql: Knex): Promise<void> {
  await sql.raw('ALTER TABLE job_slots DROP COLUMN seconds, DROP COLUMN finished_at, DROP COLUMN error');
}
