import type { Knex } from 'knex';

/** The `typ` of JWT access tokens for the API: at+jwt (RFC 9068), or JWT for validators that accept nothing else. */
export async function up(sql: Knex): Promise<void> {
  await sql.raw(`
    ALTER TABLE apis ADD COLUMN access_token_typ text NOT NULL DEFAULT 'at+jwt'
      CHECK (access_token_typ IN ('at+jwt', 'JWT'))`);
}

export async function down(sql: Knex): Promise<void> {
  await sql.raw('ALTER TABLE apis DROP COLUMN access_token_typ');
}
