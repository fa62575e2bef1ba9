import type { Knex } from 'knex';

/**
 * Everything that oidc-provider keeps, clients aside. `consumed_at` has no index and pages keep free space, so that
 * consuming a row stays a heap-only update. `user_code` is a keyed digest, `sealed_id` the encrypted id of a device code.
 */
export async function up(sql: Knex): Promise<void> {
  await sql.raw(`
    CREATE TABLE artifacts (
      id bytea PRIMARY KEY,
      model smallint NOT NULL,
      payload jsonb NOT NULL,
      grant_id text,
      client_id text,
      account_id text,
      uid text,
      user_code bytea,
      sealed_id bytea,
      created_at timestamptz NOT NULL DEFAULT now(),
      consumed_at timestamptz,
      expires_at timestamptz NOT NULL
    ) WITH (fillfactor = 90);
    CREATE INDEX artifacts_grant_id_index ON artifacts (grant_id) WHERE grant_id IS NOT NULL;
    CREATE INDEX artifacts_uid_index ON artifacts (uid) WHERE uid IS NOT NULL;
    CREATE INDEX artifacts_user_code_index ON artifacts (user_code) WHERE user_code IS NOT NULL;
    CREATE INDEX artifacts_client_id_index ON artifacts (client_id) WHERE client_id IS NOT NULL;
    CREATE INDEX artifacts_expires_at_index ON artifacts (expires_at);
  `);
}

export async function down(sql: Knex): Promise<void> {
  await sql.raw('DROP TABLE artifacts');
}
