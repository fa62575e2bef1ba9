import type { Knex } from 'knex';

/**
 * What clients of CIBA are registered with, and an index of the requests that wait for a person. Model 13 is the engine's
 * BackchannelAuthenticationRequest.
 */
export async function up(sql: Knex): Promise<void> {
  await sql.raw(`
    ALTER TABLE oauth_clients
      ADD COLUMN backchannel_token_delivery_mode text,
      ADD COLUMN backchannel_client_notification_endpoint text,
      ADD COLUMN backchannel_authentication_request_signing_alg text;
    CREATE INDEX artifacts_backchannel_requests_index ON artifacts (account_id) WHERE model = 13;
  `);
}

export async function down(sql: Knex): Promise<void> {
  await sql.raw(`
    DROP INDEX artifacts_backchannel_requests_index;
    ALTER TABLE oauth_clients
      DROP COLUMN backchannel_token_delivery_mode,
      DROP COLUMN backchannel_client_notification_endpoint,
      DROP COLUMN backchannel_authentication_request_signing_alg;
  `);
}
