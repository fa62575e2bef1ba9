import type { Knex } from 'knex';

/** Null: client_secret_basic or client_secret_post, whichever a request uses. Rows keep the method that they have. */
export async function up(sql: Knex): Promise<void> {
  await sql.raw(`
    ALTER TABLE oauth_clients
      ALTER COLUMN token_endpoint_auth_method DROP NOT NULL,
      ADD CONSTRAINT oauth_clients_public_auth_method_check
        CHECK (token_endpoint_auth_method IS NOT NULL OR client_type = 'confidential');
  `);
}

export async function down(sql: Knex): Promise<void> {
  await sql.raw(`
    UPDATE oauth_clients SET token_endpoint_auth_method = 'client_secret_basic' WHERE token_endpoint_auth_method IS NULL;
    ALTER TABLE oauth_clients
      DROP CONSTRAINT oauth_clients_public_auth_method_check,
      ALTER COLUMN token_endpoint_auth_method SET NOT NULL;
  `);
}
