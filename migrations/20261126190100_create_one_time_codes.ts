import type { Knex } from 'knex';

/**
 * Codes and links that are sent by mail. `id` is the SHA-256 of the link's secret, `code_digest` and `address_digest` are
 * keyed digests, `payload` is sealed; `address_digest` also covers what else tells codes of one purpose apart.
 * `account_id` has no foreign key, and rows without an account have a random one: writing a row takes as long and tells as
 * little either way.
 */
export async function up(sql: Knex): Promise<void> {
  await sql.raw(`
    CREATE TABLE one_time_codes (
      id bytea PRIMARY KEY,
      purpose text NOT NULL,
      address_digest bytea NOT NULL,
      account_id uuid NOT NULL,
      code_digest bytea,
      payload bytea NOT NULL,
      attempts smallint NOT NULL DEFAULT 0,
      code_expires_at timestamptz NOT NULL,
      expires_at timestamptz NOT NULL,
      consumed_at timestamptz,
      created_at timestamptz NOT NULL DEFAULT now()
    );
    CREATE UNIQUE INDEX one_time_codes_address_index ON one_time_codes (address_digest, purpose);
    CREATE INDEX one_time_codes_account_index ON one_time_codes (account_id);
    CREATE INDEX one_time_codes_expires_at_index ON one_time_codes (expires_at);
  `);
}

export async function down(sql: Knex): Promise<void> {
  await sql.raw('DROP TABLE one_time_codes');
}
