import type { Knex } from 'knex';

export async function up(sql: Knex): Promise<void> {
  await sql.raw(`
    CREATE TABLE oauth_clients (
      id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
      client_id text NOT NULL UNIQUE CHECK (client_id ~ '^[A-Za-z0-9._~-]{3,128}$'),
      project_id uuid NOT NULL REFERENCES projects,
      created_by text,
      registration_type text NOT NULL CHECK (registration_type IN ('manual', 'dynamic')),
      client_type text NOT NULL CHECK (client_type IN ('public', 'confidential')),
      client_name text NOT NULL,
      description text,
      company text,
      client_uri text,
      logo_uri text,
      policy_uri text,
      tos_uri text,
      redirect_uris text[] NOT NULL DEFAULT '{}',
      post_logout_redirect_uris text[] NOT NULL DEFAULT '{}',
      backchannel_logout_uri text,
      backchannel_logout_session_required boolean NOT NULL DEFAULT false,
      allowed_cors_origins text[] NOT NULL DEFAULT '{}',
      grant_types text[] NOT NULL,
      response_types text[] NOT NULL,
      scopes text[] NOT NULL,
      optional_scopes text[] NOT NULL DEFAULT '{}',
      token_endpoint_auth_method text NOT NULL,
      jwks jsonb,
      jwks_uri text,
      pkce_required boolean NOT NULL DEFAULT true,
      pkce_challenge_method text NOT NULL DEFAULT 'S256' CHECK (pkce_challenge_method IN ('S256', 'plain')),
      visibility text NOT NULL DEFAULT 'private' CHECK (visibility IN ('private', 'public')),
      promoted_at timestamptz,
      version integer NOT NULL DEFAULT 1,
      last_used_at timestamptz,
      created_at timestamptz NOT NULL DEFAULT now(),
      updated_at timestamptz NOT NULL DEFAULT now(),
      deleted_at timestamptz,
      CHECK ((client_type = 'public') = (token_endpoint_auth_method = 'none')),
      CHECK (client_type = 'confidential' OR pkce_required)
    );
    CREATE INDEX oauth_clients_list_index ON oauth_clients (project_id, created_at DESC, id DESC);
    CREATE INDEX oauth_clients_deleted_at_index ON oauth_clients (deleted_at) WHERE deleted_at IS NOT NULL;

    CREATE TABLE oauth_client_secrets (
      id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
      oauth_client_id uuid NOT NULL REFERENCES oauth_clients ON DELETE CASCADE,
      hash text NOT NULL,
      hint text NOT NULL,
      created_at timestamptz NOT NULL DEFAULT now(),
      last_used_at timestamptz
    );
    CREATE INDEX oauth_client_secrets_client_index ON oauth_client_secrets (oauth_client_id, created_at DESC);
  `);
}

export async function down(sql: Knex): Promise<void> {
  await sql.raw('DROP TABLE oauth_client_secrets, oauth_clients');
}
