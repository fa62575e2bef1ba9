import type { Knex } from 'knex';

/**
 * Versions of organizations, projects and accounts, for If-Match. Nodes of the previous version change rows without
 * counting: what they change while both run has the version from before.
 */
export async function up(sql: Knex): Promise<void> {
  await sql.raw(`
    ALTER TABLE organizations ADD COLUMN version integer NOT NULL DEFAULT 1;
    ALTER TABLE projects ADD COLUMN version integer NOT NULL DEFAULT 1;
    ALTER TABLE accounts ADD COLUMN version integer NOT NULL DEFAULT 1;
  `);
}

export async function down(sql: Knex): Promise<void> {
  await sql.raw(`
    ALTER TABLE organizations DROP COLUMN version;
    ALTER TABLE projects DROP COLUMN version;
    ALTER TABLE accounts DROP COLUMN version;
  `);
}
