import type { Knex } from 'knex';

/**
 * Clients that other systems made keep their client_id (RFC 6749 appendix A.1), and their secrets are recognized when the
 * same file is imported again: `imported_digest` is the SHA-256 of the hash that came with it.
 */
export async function up(sql: Knex): Promise<void> {
  await sql.raw(`
    ALTER TABLE oauth_clients DROP CONSTRAINT oauth_clients_client_id_check,
      ADD CONSTRAINT oauth_clients_client_id_check
        CHECK (client_id ~ '^[\\x21-\\x7e]([\\x20-\\x7e]*[\\x21-\\x7e]){0,1}$' AND length(client_id) <= 500);
    ALTER TABLE oauth_client_secrets ADD COLUMN imported_digest bytea;
  `);
}

/** client_ids that exist stay; the old rule is for new ones. */
export async function down(sql: Knex): Promise<void> {
  await sql.raw(`
    ALTER TABLE oauth_client_secrets DROP COLUMN imported_digest;
    ALTER TABLE oauth_clients DROP CONSTRAINT oauth_clients_client_id_check,
      ADD CONSTRAINT oauth_clients_client_id_check CHECK (client_id ~ '^[A-Za-z0-9._~-]{3,128}$') NOT VALID;
  `);
}
