import type { Knex } from 'knex';

export async function up(sql: Knex): Promise<void> {
  await sql.raw(`
    CREATE TABLE installation (
      only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
      key_check bytea NOT NULL,
      created_at timestamptz NOT NULL DEFAULT now()
    );
    CREATE TABLE signing_keys (
      kid text PRIMARY KEY,
      alg text NOT NULL CHECK (alg IN ('RS256', 'ES256')),
      state text NOT NULL CHECK (state IN ('next', 'current', 'previous')),
      sealed_private_jwk bytea NOT NULL,
      created_at timestamptz NOT NULL DEFAULT now(),
      replaced_at timestamptz
    );
    CREATE UNIQUE INDEX signing_keys_current_index ON signing_keys (alg) WHERE state = 'current';
    CREATE TABLE cookie_keys (
      id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
      state text NOT NULL CHECK (state IN ('next', 'current', 'previous')),
      sealed_key bytea NOT NULL,
      created_at timestamptz NOT NULL DEFAULT now(),
      replaced_at timestamptz
    );
    CREATE UNIQUE INDEX cookie_keys_current_index ON cookie_keys (state) WHERE state = 'current';
  `);
}

export async function down(sql: Knex): Promise<void> {
  await sql.raw('DROP TABLE cookie_keys, signing_keys, installation');
}
