import type { Knex } from 'knex';

/**
 * `pkce_required` of a confidential client may be NULL: the setting PKCE decides. Clients keep what they have. Codes that
 * neither a code challenge nor a nonce protects are counted.
 */
export async function up(sql: Knex): Promise<void> {
  await sql.raw(`
    ALTER TABLE oauth_clients ALTER COLUMN pkce_required DROP NOT NULL, ALTER COLUMN pkce_required DROP DEFAULT;
    ALTER TABLE usage_counters DROP CONSTRAINT usage_counters_kind_check;
    ALTER TABLE usage_counters ADD CONSTRAINT usage_counters_kind_check
      CHECK (kind IN ('authorization', 'token', 'refresh', 'failure', 'unprotected_code'));
  `);
}

export async function down(sql: Knex): Promise<void> {
  await sql.raw(`
    DELETE FROM usage_counters WHERE kind = 'unprotected_code';
    ALTER TABLE usage_counters DROP CONSTRAINT usage_counters_kind_check;
    ALTER TABLE usage_counters ADD CONSTRAINT usage_counters_kind_check
      CHECK (kind IN ('authorization', 'token', 'refresh', 'failure'));
    UPDATE oauth_clients SET pkce_required = client_type = 'public' WHERE pkce_required IS NULL;
    ALTER TABLE oauth_clients ALTER COLUMN pkce_required SET DEFAULT true, ALTER COLUMN pkce_required SET NOT NULL;
  `);
}
