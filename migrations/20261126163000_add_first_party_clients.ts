import type { Knex } from 'knex';

/**
 * Clients that ask for no consent, and where an application begins a sign-in. A company stands on one line of the consent
 * page: longer ones are shortened, so that records with them can still be changed.
 */
export async function up(sql: Knex): Promise<void> {
  await sql.raw(`
    ALTER TABLE oauth_clients
      ADD COLUMN first_party boolean NOT NULL DEFAULT false,
      ADD COLUMN initiate_login_uri text;
    UPDATE oauth_clients SET company = left(company, 57) || '...', updated_at = now(), version = version + 1
      WHERE length(company) > 60;
  `);
}

export async function down(sql: Knex): Promise<void> {
  await sql.raw('ALTER TABLE oauth_clients DROP COLUMN first_party, DROP COLUMN initiate_login_uri');
}
