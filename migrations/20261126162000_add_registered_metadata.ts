import type { Knex } from 'knex';

/**
 * Metadata of OpenID Connect Registration section 2 that clients keep, and APIs that clients can register themselves for.
 */
export async function up(sql: Knex): Promise<void> {
  await sql.raw(`
    ALTER TABLE oauth_clients
      ADD COLUMN default_max_age integer,
      ADD COLUMN require_auth_time boolean NOT NULL DEFAULT false,
      ADD COLUMN id_token_signed_response_alg text NOT NULL DEFAULT 'RS256';
    ALTER TABLE apis ADD COLUMN open_to_registration boolean NOT NULL DEFAULT false;
  `);
}

export async function down(sql: Knex): Promise<void> {
  await sql.raw(`
    ALTER TABLE oauth_clients
      DROP COLUMN default_max_age, DROP COLUMN require_auth_time, DROP COLUMN id_token_signed_response_alg;
    ALTER TABLE apis DROP COLUMN open_to_registration;
  `);
}
