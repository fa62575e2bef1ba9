import type { Knex } from 'knex';

/** The APIs that tokens can be for, and which scopes are theirs. The index answers how many clients have a scope. */
export async function up(sql: Knex): Promise<void> {
  await sql.raw(`
    CREATE TABLE apis (
      id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
      audience text NOT NULL UNIQUE CHECK (length(audience) BETWEEN 1 AND 2048 AND strpos(audience, '#') = 0),
      name text NOT NULL,
      access_token_format text NOT NULL CHECK (access_token_format IN ('opaque', 'jwt')),
      signing_alg text NOT NULL CHECK (signing_alg IN ('RS256', 'ES256')),
      access_token_ttl integer CHECK (access_token_ttl > 0),
      version integer NOT NULL DEFAULT 1,
      created_at timestamptz NOT NULL DEFAULT now(),
      updated_at timestamptz NOT NULL DEFAULT now()
    );
    CREATE INDEX apis_list_index ON apis (created_at DESC, id DESC);
    ALTER TABLE scopes
      ADD COLUMN api_id uuid REFERENCES apis,
      ADD COLUMN version integer NOT NULL DEFAULT 1;
    CREATE INDEX scopes_api_id_index ON scopes (api_id) WHERE api_id IS NOT NULL;
    CREATE INDEX oauth_clients_scopes_index ON oauth_clients USING gin (scopes);
    INSERT INTO scopes (name, category, title, description) VALUES
      ('catalogue.write', 'administration', 'Change the scope catalogue', 'Add, change and remove scopes and APIs through the admin API.')
      ON CONFLICT DO NOTHING;
  `);
}

/** Without APIs their scopes would be plain ones, good for nothing that they were consented to for; they are retired. */
export async function down(sql: Knex): Promise<void> {
  await sql.raw(`
    UPDATE scopes SET retired_at = coalesce(retired_at, now()) WHERE api_id IS NOT NULL;
    DELETE FROM scopes WHERE name = 'catalogue.write';
    DROP INDEX oauth_clients_scopes_index;
    ALTER TABLE scopes DROP COLUMN api_id, DROP COLUMN version;
    DROP TABLE apis;
  `);
}
