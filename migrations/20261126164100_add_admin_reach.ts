import type { Knex } from 'knex';

/**
 * Where tokens of people that a client has may act in the admin API. Clients that exist act in their whole
 * organization only.
 */
export async function up(sql: Knex): Promise<void> {
  await sql.raw(`
    ALTER TABLE oauth_clients ADD COLUMN admin_reach text NOT NULL DEFAULT 'organization'
      CHECK (admin_reach IN ('project', 'organization', 'installation'));
    ALTER TABLE oauth_clients ALTER COLUMN admin_reach SET DEFAULT 'project';
  `);
}

export async function down(sql: Knex): Promise<void> {
  await sql.raw('ALTER TABLE oauth_clients DROP COLUMN admin_reach');
}
