import type { Knex } from 'knex';

/** For ending the sessions (1) and grants (7) of an account; tokens without their grant are invalid. */
export async function up(sql: Knex): Promise<void> {
  await sql.raw('CREATE INDEX artifacts_account_id_index ON artifacts (account_id) WHERE model IN (1, 7)');
}

export async function down(sql: Knex): Promise<void> {
  await sql.raw('DROP INDEX artifacts_account_id_index');
}
