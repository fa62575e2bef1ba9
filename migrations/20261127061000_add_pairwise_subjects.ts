import type { Knex } from 'knex';

/**
 * Subject identifiers that differ from sector to sector (OpenID Connect Core section 8.1), and the key that they are made
 * with.
 */
export async function up(sql: Knex): Promise<void> {
  await sql.raw(`
    ALTER TABLE oauth_clients ADD COLUMN subject_type text CHECK (subject_type IN ('public', 'pairwise')), ADD COLUMN sector_identifier_uri text;
    ALTER TABLE installation ADD COLUMN sealed_subject_key bytea;
  `);
}

export async function down(sql: Knex): Promise<void> {
  await sql.raw(`
    ALTER TABLE oauth_clients DROP COLUMN subject_type, DROP COLUMN sector_identifier_uri;
    ALTER TABLE installation DROP COLUMN sealed_subject_key;
  `);
}
