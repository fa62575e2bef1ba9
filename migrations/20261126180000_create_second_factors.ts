import type { Knex } from 'knex';

/**
 * What people prove themselves with beside a password. TOTP secrets are sealed, recovery codes are keyed digests, the
 * tokens of trusted browsers are stored as SHA-256. `last_step` is the last time step whose code was accepted.
 */
export async function up(sql: Knex): Promise<void> {
  await sql.raw(`
    CREATE TABLE passkeys (
      id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
      account_id uuid NOT NULL REFERENCES accounts ON DELETE CASCADE,
      credential_id bytea NOT NULL UNIQUE CHECK (length(credential_id) BETWEEN 1 AND 1023),
      user_handle bytea NOT NULL CHECK (length(user_handle) = 32),
      rp_id text NOT NULL,
      public_key bytea NOT NULL,
      sign_count bigint NOT NULL,
      transports text[] NOT NULL DEFAULT '{}',
      aaguid uuid NOT NULL,
      device_type text NOT NULL CHECK (device_type IN ('singleDevice', 'multiDevice')),
      backed_up boolean NOT NULL,
      name text NOT NULL CHECK (length(name) BETWEEN 1 AND 64),
      created_at timestamptz NOT NULL DEFAULT now(),
      last_used_at timestamptz
    );
    CREATE INDEX passkeys_account_index ON passkeys (account_id);
    CREATE INDEX passkeys_rp_id_index ON passkeys (rp_id);

    CREATE TABLE totp_secrets (
      account_id uuid PRIMARY KEY REFERENCES accounts ON DELETE CASCADE,
      secret_sealed bytea NOT NULL,
      last_step bigint NOT NULL,
      confirmed_at timestamptz NOT NULL DEFAULT now(),
      last_used_at timestamptz
    );

    CREATE TABLE recovery_codes (
      account_id uuid NOT NULL REFERENCES accounts ON DELETE CASCADE,
      digest bytea NOT NULL CHECK (length(digest) = 32),
      created_at timestamptz NOT NULL DEFAULT now(),
      used_at timestamptz,
      PRIMARY KEY (account_id, digest)
    );

    CREATE TABLE trusted_browsers (
      id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
      account_id uuid NOT NULL REFERENCES accounts ON DELETE CASCADE,
      digest bytea NOT NULL UNIQUE CHECK (length(digest) = 32),
      user_agent text NOT NULL CHECK (length(user_agent) <= 256),
      created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
      expires_at timestamptz NOT NULL
    );
    CREATE INDEX trusted_browsers_account_index ON trusted_browsers (account_id);
    CREATE INDEX trusted_browsers_expires_at_index ON trusted_browsers (expires_at);

    ALTER TABLE organizations ADD COLUMN second_factor text NOT NULL DEFAULT 'optional'
      CHECK (second_factor IN ('optional', 'required'));
  `);
}

export async function down(sql: Knex): Promise<void> {
  await sql.raw(`
    ALTER TABLE organizations DROP COLUMN second_factor;
    DROP TABLE trusted_browsers, recovery_codes, totp_secrets, passkeys;
  `);
}
