import type { Knex } from 'knex';

/** Pushed (RFC 9126) and signed (RFC 9101) authorization requests, and signed responses (JARM), by client. */
export async function up(sql: Knex): Promise<void> {
  await sql.raw(`
    ALTER TABLE oauth_clients
      ADD COLUMN require_pushed_authorization_requests boolean NOT NULL DEFAULT false,
      ADD COLUMN require_signed_request_object boolean NOT NULL DEFAULT false,
      ADD COLUMN request_object_signing_alg text,
      ADD COLUMN authorization_signed_response_alg text;
  `);
}

export async function down(sql: Knex): Promise<void> {
  await sql.raw(`
    ALTER TABLE oauth_clients
      DROP COLUMN require_pushed_authorization_requests, DROP COLUMN require_signed_request_object,
      DROP COLUMN request_object_signing_alg, DROP COLUMN authorization_signed_response_alg;
  `);
}
