import type { Knex } from 'knex';

/** Whether no sign-in of the account before was in a browser of the same name. */
export async function up(sql: Knex): Promise<void> {
  await sql.raw('ALTER TABLE sign_ins ADD COLUMN new_browser boolean NOT NULL DEFAULT false');
}

export async function down(sql: Knex): Promise<void> {
  await sql.raw('ALTER TABLE sign_ins DROP COLUMN new_browser');
}
