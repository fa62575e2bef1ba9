import type { Knex } from 'knex';

/**
 * Deleted clients that can be restored, client_ids that are not used again, dynamic registration, and an index for each
 * filter of the client list. The list is ordered by creation, so the indexes for filters with few values are too; text
 * and grant types have inverted ones. `restored_at` divides what was issued before a deletion from what was issued after
 * the restore.
 */
export async function up(sql: Knex): Promise<void> {
  await sql.raw(`
    CREATE EXTENSION IF NOT EXISTS pg_trgm;
    ALTER TABLE oauth_clients
      ADD COLUMN restored_at timestamptz,
      ADD COLUMN registration_token_digest bytea;

    DROP INDEX oauth_clients_list_index;
    CREATE INDEX oauth_clients_list_index ON oauth_clients (project_id, created_at DESC, id DESC)
      WHERE deleted_at IS NULL;
    CREATE INDEX oauth_clients_deleted_list_index ON oauth_clients (project_id, created_at DESC, id DESC)
      WHERE deleted_at IS NOT NULL;
    CREATE INDEX oauth_clients_client_type_index ON oauth_clients (project_id, client_type, created_at DESC, id DESC)
      WHERE deleted_at IS NULL;
    CREATE INDEX oauth_clients_visibility_index ON oauth_clients (project_id, visibility, created_at DESC, id DESC)
      WHERE deleted_at IS NULL;
    CREATE INDEX oauth_clients_registration_type_index
      ON oauth_clients (project_id, registration_type, created_at DESC, id DESC) WHERE deleted_at IS NULL;
    CREATE INDEX oauth_clients_grant_types_index ON oauth_clients USING gin (grant_types);
    CREATE INDEX oauth_clients_text_index ON oauth_clients USING gin
      (client_name gin_trgm_ops, description gin_trgm_ops, company gin_trgm_ops, client_id gin_trgm_ops);

    CREATE TABLE retired_client_ids (
      client_id text PRIMARY KEY,
      retired_at timestamptz NOT NULL DEFAULT now()
    );

    CREATE TABLE initial_access_tokens (
      id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
      project_id uuid NOT NULL REFERENCES projects ON DELETE CASCADE,
      digest bytea NOT NULL UNIQUE,
      created_by text NOT NULL,
      max_uses integer NOT NULL,
      uses integer NOT NULL DEFAULT 0,
      created_at timestamptz NOT NULL DEFAULT now(),
      expires_at timestamptz NOT NULL,
      CHECK (uses BETWEEN 0 AND max_uses)
    );
    CREATE INDEX initial_access_tokens_expires_at_index ON initial_access_tokens (expires_at);
    CREATE INDEX initial_access_tokens_project_index ON initial_access_tokens (project_id);
  `);
}

/** Leaves the extension, which others may use by now. */
export async function down(sql: Knex): Promise<void> {
  await sql.raw(`
    DROP TABLE initial_access_tokens, retired_client_ids;
    DROP INDEX oauth_clients_text_index, oauth_clients_grant_types_index, oauth_clients_registration_type_index,
      oauth_clients_visibility_index, oauth_clients_client_type_index, oauth_clients_deleted_list_index,
      oauth_clients_list_index;
    CREATE INDEX oauth_clients_list_index ON oauth_clients (project_id, created_at DESC, id DESC);
    ALTER TABLE oauth_clients DROP COLUMN restored_at, DROP COLUMN registration_token_digest;
  `);
}
