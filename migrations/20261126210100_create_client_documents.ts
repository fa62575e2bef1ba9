import type { Knex } from 'knex';

/**
 * Clients whose client_id is the URL of a document about them (draft-ietf-oauth-client-id-metadata-document), and until
 * when each document need not be fetched again.
 */
export async function up(sql: Knex): Promise<void> {
  await sql.raw(`
    ALTER TABLE oauth_clients DROP CONSTRAINT oauth_clients_registration_type_check,
      ADD CONSTRAINT oauth_clients_registration_type_check
        CHECK (registration_type IN ('manual', 'dynamic', 'document'));
    CREATE TABLE client_documents (
      oauth_client_id uuid PRIMARY KEY REFERENCES oauth_clients ON DELETE CASCADE,
      fetched_at timestamptz NOT NULL DEFAULT now(),
      expires_at timestamptz NOT NULL
    );
    CREATE INDEX oauth_clients_document_last_use_index ON oauth_clients (coalesce(last_used_at, created_at))
      WHERE registration_type = 'document' AND deleted_at IS NULL;
  `);
}

/** Deletes the clients: their client_ids can come again. */
export async function down(sql: Knex): Promise<void> {
  await sql.raw(`
    DROP INDEX oauth_clients_document_last_use_index;
    DROP TABLE client_documents;
    DELETE FROM oauth_clients WHERE registration_type = 'document';
    ALTER TABLE oauth_clients DROP CONSTRAINT oauth_clients_registration_type_check,
      ADD CONSTRAINT oauth_clients_registration_type_check CHECK (registration_type IN ('manual', 'dynamic'));
  `);
}
