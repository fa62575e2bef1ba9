import type { Knex } from 'knex';

/** Scopes can have every name of RFC 6749 section 3.3 where the installation accepts them (`SCOPE_NAMES`). */
export async function up(sql: Knex): Promise<void> {
  await sql.raw(`
    ALTER TABLE scopes DROP CONSTRAINT scopes_name_check,
      ADD CONSTRAINT scopes_name_check CHECK (name ~ '^[\\x21\\x23-\\x5b\\x5d-\\x7e]{1,128}$')
  `);
}

/** Names that exist stay; the old rule is for new ones. */
export async function down(sql: Knex): Promise<void> {
  await sql.raw(`
    ALTER TABLE scopes DROP CONSTRAINT scopes_name_check,
      ADD CONSTRAINT scopes_name_check CHECK (name ~ '^[A-Za-z0-9_.-]{1,128}$') NOT VALID
  `);
}
