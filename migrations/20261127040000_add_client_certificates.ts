import type { Knex } from 'knex';

/**
 * Mutual TLS (RFC 8705), by client. Clients of a security profile that were made before it set these two algorithms get what
 * it sets now.
 */
export async function up(sql: Knex): Promise<void> {
  await sql.raw(`
    ALTER TABLE oauth_clients
      ADD COLUMN tls_client_auth_subject_dn text,
      ADD COLUMN tls_client_auth_san_dns text,
      ADD COLUMN tls_client_auth_san_uri text,
      ADD COLUMN tls_client_auth_san_ip text,
      ADD COLUMN tls_client_auth_san_email text,
      ADD COLUMN tls_client_certificate_bound_access_tokens boolean NOT NULL DEFAULT false;
    UPDATE oauth_clients SET
        authorization_signed_response_alg = coalesce(authorization_signed_response_alg, 'ES256'),
        introspection_signed_response_alg = coalesce(introspection_signed_response_alg, 'ES256'),
        version = version + 1
      WHERE security_profile IS NOT NULL
        AND (authorization_signed_response_alg IS NULL OR introspection_signed_response_alg IS NULL);
  `);
}

export async function down(sql: Knex): Promise<void> {
  await sql.raw(`
    ALTER TABLE oauth_clients
      DROP COLUMN tls_client_auth_subject_dn, DROP COLUMN tls_client_auth_san_dns,
      DROP COLUMN tls_client_auth_san_uri, DROP COLUMN tls_client_auth_san_ip,
      DROP COLUMN tls_client_auth_san_email, DROP COLUMN tls_client_certificate_bound_access_tokens;
  `);
}
