import type { Knex } from 'knex';

/** `application_type` of a client; NULL: it follows from the redirect URIs. */
export async function up(sql: Knex): Promise<void> {
  await sql.raw(
    `ALTER TABLE oauth_clients ADD COLUMN application_type text CHECK (application_type IN ('web', 'native'))`,
  );
}

export async function down(sql: Knex): Promise<void> {
  await sql.raw('ALTER TABLE oauth_clients DROP COLUMN application_type');
}
