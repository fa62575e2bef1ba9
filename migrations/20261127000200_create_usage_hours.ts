import type { Knex } from 'knex';

/**
 * Usage by hour, kept for two days; and of each client and error code the newest failure, kept for 90 days, with what the
 * request asked for and no secret. Secrets by age are for the console's home.
 */
export async function up(sql: Knex): Promise<void> {
  await sql.raw(`
    CREATE TABLE usage_hours (
      oauth_client_id uuid NOT NULL REFERENCES oauth_clients ON DELETE CASCADE,
      hour timestamptz NOT NULL,
      kind text NOT NULL,
      detail text NOT NULL DEFAULT '',
      count bigint NOT NULL CHECK (count > 0),
      PRIMARY KEY (oauth_client_id, hour, kind, detail)
    ) WITH (fillfactor = 90);
    CREATE INDEX usage_hours_hour_index ON usage_hours (hour);
    CREATE TABLE client_failures (
      oauth_client_id uuid NOT NULL REFERENCES oauth_clients ON DELETE CASCADE,
      code text NOT NULL,
      occurred_at timestamptz NOT NULL,
      detail jsonb NOT NULL,
      PRIMARY KEY (oauth_client_id, code)
    );
    CREATE INDEX client_failures_occurred_at_index ON client_failures (occurred_at DESC);
    CREATE INDEX oauth_client_secrets_created_at_index ON oauth_client_secrets (created_at);
    CREATE INDEX publisher_verifications_open_index ON publisher_verifications (started_at) WHERE status <> 'verified';
  `);
}

export async function down(sql: Knex): Promise<void> {
  await sql.raw(`
    DROP INDEX publisher_verifications_open_index, oauth_client_secrets_created_at_index;
    DROP TABLE client_failures, usage_hours;
  `);
}
