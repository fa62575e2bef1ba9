import type { Knex } from 'knex';

export async function up(sql: Knex): Promise<void> {
  await sql.raw(`
    CREATE TABLE accounts (
      id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
      email text NOT NULL,
      email_verified boolean NOT NULL DEFAULT false,
      password_hash text NOT NULL,
      profile jsonb NOT NULL DEFAULT '{}',
      is_operator boolean NOT NULL DEFAULT false,
      created_at timestamptz NOT NULL DEFAULT now(),
      updated_at timestamptz NOT NULL DEFAULT now()
    );
    CREATE UNIQUE INDEX accounts_email_index ON accounts (lower(email));

    CREATE TABLE attempts (
      key bytea PRIMARY KEY,
      count integer NOT NULL,
      resets_at timestamptz NOT NULL
    );
    CREATE INDEX attempts_resets_at_index ON attempts (resets_at);
  `);
}

export async function down(sql: Knex): Promise<void> {
  await sql.raw('DROP TABLE attempts, accounts');
}
