import type { Knex } from 'knex';

/** Null: the origins of a public client's own redirect URIs. Rows keep the list that they have, empty or not. */
export async function up(sql: Knex): Promise<void> {
  await sql.raw(`
    ALTER TABLE oauth_clients
      ALTER COLUMN allowed_cors_origins DROP NOT NULL,
      ALTER COLUMN allowed_cors_origins DROP DEFAULT`);
}

export async function down(sql: Knex): Promise<void> {
  await sql.raw(`
    UPDATE oauth_clients SET allowed_cors_origins = '{}' WHERE allowed_cors_origins IS NULL;
    ALTER TABLE oauth_clients
      ALTER COLUMN allowed_cors_origins SET DEFAULT '{}',
      ALTER COLUMN allowed_cors_origins SET NOT NULL`);
}
