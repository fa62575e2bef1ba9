import type { Knex } from 'knex';

/**
 * Bound tokens (RFC 9449), signed and encrypted responses, and security profiles, by client; keys of two more algorithms.
 */
export async function up(sql: Knex): Promise<void> {
  await sql.raw(`
    ALTER TABLE oauth_clients
      ADD COLUMN dpop_bound_access_tokens boolean NOT NULL DEFAULT false,
      ADD COLUMN introspection_signed_response_alg text,
      ADD COLUMN id_token_encrypted_response_alg text,
      ADD COLUMN id_token_encrypted_response_enc text,
      ADD COLUMN userinfo_encrypted_response_alg text,
      ADD COLUMN userinfo_encrypted_response_enc text,
      ADD COLUMN introspection_encrypted_response_alg text,
      ADD COLUMN introspection_encrypted_response_enc text,
      ADD COLUMN authorization_encrypted_response_alg text,
      ADD COLUMN authorization_encrypted_response_enc text,
      ADD COLUMN security_profile text;
    ALTER TABLE signing_keys DROP CONSTRAINT signing_keys_alg_check,
      ADD CONSTRAINT signing_keys_alg_check CHECK (alg IN ('RS256', 'ES256', 'PS256', 'EdDSA'));
  `);
}

export async function down(sql: Knex): Promise<void> {
  await sql.raw(`
    ALTER TABLE oauth_clients
      DROP COLUMN dpop_bound_access_tokens, DROP COLUMN introspection_signed_response_alg,
      DROP COLUMN id_token_encrypted_response_alg, DROP COLUMN id_token_encrypted_response_enc,
      DROP COLUMN userinfo_encrypted_response_alg, DROP COLUMN userinfo_encrypted_response_enc,
      DROP COLUMN introspection_encrypted_response_alg, DROP COLUMN introspection_encrypted_response_enc,
      DROP COLUMN authorization_encrypted_response_alg, DROP COLUMN authorization_encrypted_response_enc,
      DROP COLUMN security_profile;
    DELETE FROM signing_keys WHERE alg NOT IN ('RS256', 'ES256');
    ALTER TABLE signing_keys DROP CONSTRAINT signing_keys_alg_check,
      ADD CONSTRAINT signing_keys_alg_check CHECK (alg IN ('RS256', 'ES256'));
  `);
}
