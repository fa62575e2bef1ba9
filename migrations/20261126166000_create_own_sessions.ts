import type { Knex } from 'knex';

/**
 * Sessions of people at our own pages. `id` is the SHA-256 of the cookie. Each belongs to a session of the engine, named
 * by its uid, and is valid only while that exists.
 * The client_id of the built-in client, through which they begin, is reserved.
 */
export async function up(sql: Knex): Promise<void> {
  await sql.raw(`
    CREATE TABLE own_sessions (
      id bytea PRIMARY KEY,
      account_id uuid NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
      engine_session_uid text NOT NULL,
      auth_time timestamptz NOT NULL,
      acr text,
      amr text[] NOT NULL,
      created_at timestamptz NOT NULL DEFAULT now(),
      last_seen_at timestamptz NOT NULL DEFAULT now(),
      expires_at timestamptz NOT NULL
    );
    CREATE INDEX own_sessions_account_id_index ON own_sessions (account_id);
    CREATE INDEX own_sessions_expires_at_index ON own_sessions (expires_at);
    INSERT INTO retired_client_ids (client_id) VALUES ('postern') ON CONFLICT DO NOTHING;
  `);
}

export async function down(sql: Knex): Promise<void> {
  await sql.raw(`
    DELETE FROM retired_client_ids WHERE client_id = 'postern';
    DROP TABLE own_sessions;
  `);
}
