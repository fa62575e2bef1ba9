import type { Knex } from 'knex';

/** Sealed values begin with the number of the encryption key that sealed them, so that another key can be added. */
export async function up(sql: Knex): Promise<void> {
  await sql.raw(`
    UPDATE signing_keys SET sealed_private_jwk = '\\x01'::bytea || sealed_private_jwk;
    UPDATE cookie_keys SET sealed_key = '\\x01'::bytea || sealed_key;
    UPDATE artifacts SET sealed_id = '\\x01'::bytea || sealed_id WHERE sealed_id IS NOT NULL;
    UPDATE artifacts SET payload = jsonb_set(payload, '{sealed}', to_jsonb(
        translate(encode('\\x01'::bytea || decode(payload->>'sealed', 'base64'), 'base64'), E'\\n', '')))
      WHERE jsonb_exists(payload, 'sealed');
  `);
}

export async function down(sql: Knex): Promise<void> {
  await sql.raw(`
    UPDATE signing_keys SET sealed_private_jwk = substring(sealed_private_jwk FROM 2);
    UPDATE cookie_keys SET sealed_key = substring(sealed_key FROM 2);
    UPDATE artifacts SET sealed_id = substring(sealed_id FROM 2) WHERE sealed_id IS NOT NULL;
    UPDATE artifacts SET payload = jsonb_set(payload, '{sealed}', to_jsonb(
        translate(encode(substring(decode(payload->>'sealed', 'base64') FROM 2), 'base64'), E'\\n', '')))
      WHERE jsonb_exists(payload, 'sealed');
  `);
}
