import type { Knex } from 'knex';

/** The types of authorization details (RFC 9396), and which of them a client may ask for. */
export async function up(sql: Knex): Promise<void> {
  await sql.raw(`
    CREATE TABLE authorization_details_types (
      type text PRIMARY KEY CHECK (length(type) BETWEEN 1 AND 128),
      title text NOT NULL,
      consent_template text NOT NULL,
      schema jsonb NOT NULL,
      api_id uuid REFERENCES apis,
      version integer NOT NULL DEFAULT 1,
      created_at timestamptz NOT NULL DEFAULT now(),
      updated_at timestamptz NOT NULL DEFAULT now()
    );
    CREATE INDEX authorization_details_types_api_id_index ON authorization_details_types (api_id) WHERE api_id IS NOT NULL;
    ALTER TABLE oauth_clients ADD COLUMN authorization_details_types text[] NOT NULL DEFAULT '{}';
    CREATE INDEX oauth_clients_authorization_details_types_index ON oauth_clients USING gin (authorization_details_types);
  `);
}

export async function down(sql: Knex): Promise<void> {
  await sql.raw(`
    ALTER TABLE oauth_clients DROP COLUMN authorization_details_types;
    DROP TABLE authorization_details_types;
  `);
}
