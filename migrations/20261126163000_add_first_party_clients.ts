import type { Knex } from 'knex';

/** Clients that ask for no consent, and where an application begins a sign-in. */
export async function up(sql: Knex): Promise<void> {
  await sql.raw(`
    ALTER TABLE oauth_clients
      ADD COLUMN first_party boolean NOT NULL DEFAULT false,
      ADD COLUMN initiate_login_uri text;
  `);
}

export async function down(sql: Knex): Promise<void> {
  await sql.raw('ALTER TABLE oauth_clients DROP COLUMN first_party, DROP COLUMN initiate_login_uri');
}
