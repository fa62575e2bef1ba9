import type { Knex } from 'knex';

/**
 * Tokens for the admin API that were issued to an account before `tokens_valid_after` are invalid. `email_named` says that
 * who gave a role named the person by e-mail address, so that the address may be shown with the role.
 */
export async function up(sql: Knex): Promise<void> {
  await sql.raw(`
    ALTER TABLE accounts ADD COLUMN tokens_valid_after timestamptz;
    ALTER TABLE members ADD COLUMN email_named boolean NOT NULL DEFAULT true;
    ALTER TABLE members ALTER COLUMN email_named SET DEFAULT false;
  `);
}

export async function down(sql: Knex): Promise<void> {
  await sql.raw(`
    ALTER TABLE accounts DROP COLUMN tokens_valid_after;
    ALTER TABLE members DROP COLUMN email_named;
  `);
}
