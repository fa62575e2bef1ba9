import type { Knex } from 'knex';

/** Whether ID tokens have the claims of the granted scopes, by default for every client. */
export async function up(sql: Knex): Promise<void> {
  await sql.raw('ALTER TABLE oauth_clients ADD COLUMN claims_in_id_token boolean NOT NULL DEFAULT true');
}

export async function down(sql: Knex): Promise<void> {
  await sql.raw('ALTER TABLE oauth_clients DROP COLUMN claims_in_id_token');
}
