import type { Knex } from 'knex';

/**
 * When all sessions of an account were ended last. A sign-in that was proved before, and not completed yet, gives no
 * session any more.
 */
export async function up(sql: Knex): Promise<void> {
  await sql.raw('ALTER TABLE accounts ADD COLUMN sign_ins_valid_after timestamptz');
}

export async function down(sql: Knex): Promise<void> {
  await sql.raw('ALTER TABLE accounts DROP COLUMN sign_ins_valid_after');
}
