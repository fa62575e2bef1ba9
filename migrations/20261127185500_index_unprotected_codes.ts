import type { Knex } from 'knex';

/** For the list of clients that redeem codes without PKCE and nonce. */
export async function up(sql: Knex): Promise<void> {
  await sql.raw(`CREATE INDEX IF NOT EXISTS usage_counters_unprotected_index ON usage_counters (day, oauth_client_id)
    WHERE kind = 'unprotected_code'`);
}

export async function down(sql: Knex): Promise<void> {
  await sql.raw('DROP INDEX usage_counters_unprotected_index');
}
