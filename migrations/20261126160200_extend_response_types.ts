import type { Knex } from 'knex';

/**
 * A response type of a client means exactly itself. Until now single words stood for their combinations too, and `token` for
 * nothing by itself, so clients get the combinations that they could use. NULL for `userinfo_signed_response_alg`: JSON.
 */
export async function up(sql: Knex): Promise<void> {
  await sql.raw(`
    UPDATE oauth_clients SET response_types = CASE
      WHEN response_types @> '{code,id_token,token}' THEN
        ARRAY['code', 'id_token', 'code id_token', 'code token', 'id_token token', 'code id_token token']
      WHEN response_types @> '{id_token,token}' THEN ARRAY['id_token', 'id_token token']
      ELSE ARRAY['code', 'id_token', 'code id_token'] END
      WHERE response_types @> '{id_token,token}' OR response_types @> '{code,id_token}';
    ALTER TABLE oauth_clients ADD COLUMN userinfo_signed_response_alg text;
  `);
}

export async function down(sql: Knex): Promise<void> {
  await sql.raw(`
    ALTER TABLE oauth_clients DROP COLUMN userinfo_signed_response_alg;
    UPDATE oauth_clients
      SET response_types = ARRAY(SELECT DISTINCT unnest(string_to_array(array_to_string(response_types, ' '), ' ')))
      WHERE cardinality(response_types) > 0;
  `);
}
