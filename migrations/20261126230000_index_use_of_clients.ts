import type { Knex } from 'knex';

/**
 * The kind of application that a client is, and indexes: of the people who allowed a client something, of all clients, of
 * a project's by kind and in the order of their last use, and of the initial access tokens of a project. Model 7 is the
 * engine's Grant.
 */
export async function up(sql: Knex): Promise<void> {
  await sql.raw(`
    ALTER TABLE oauth_clients ADD COLUMN kind text GENERATED ALWAYS AS (CASE
      WHEN grant_types @> ARRAY['urn:ietf:params:oauth:grant-type:device_code'] THEN 'device'
      WHEN grant_types = ARRAY['client_credentials'] THEN 'machine'
      WHEN application_type = 'native' THEN 'native'
      WHEN client_type = 'public' THEN 'spa'
      ELSE 'web' END) STORED;
    CREATE INDEX oauth_clients_kind_index ON oauth_clients (project_id, kind, created_at DESC, id DESC)
      WHERE deleted_at IS NULL;
    CREATE INDEX oauth_clients_created_at_index ON oauth_clients (created_at DESC, id DESC);
    DROP INDEX oauth_clients_last_use_index;
    CREATE INDEX oauth_clients_last_use_list_index
      ON oauth_clients (project_id, coalesce(last_used_at, created_at) DESC, id DESC) WHERE deleted_at IS NULL;
    CREATE INDEX IF NOT EXISTS artifacts_grants_of_client_index ON artifacts (client_id, account_id) WHERE model = 7;
    DROP INDEX initial_access_tokens_project_index;
    CREATE INDEX initial_access_tokens_list_index ON initial_access_tokens (project_id, created_at DESC, id DESC);
  `);
}

export async function down(sql: Knex): Promise<void> {
  await sql.raw(`
    DROP INDEX initial_access_tokens_list_index, artifacts_grants_of_client_index, oauth_clients_last_use_list_index,
      oauth_clients_created_at_index;
    CREATE INDEX oauth_clients_last_use_index ON oauth_clients (project_id, coalesce(last_used_at, created_at))
      WHERE deleted_at IS NULL;
    CREATE INDEX initial_access_tokens_project_index ON initial_access_tokens (project_id);
    ALTER TABLE oauth_clients DROP COLUMN kind;
  `);
}
