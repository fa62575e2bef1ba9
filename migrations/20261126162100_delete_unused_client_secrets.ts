import type { Knex } from 'knex';

/**
 * Deletes the secrets of clients whose auth method uses none, so that changing back revives none. Since this release a
 * change of the method does so itself; nodes of the previous one keep them a while longer.
 */
export async function up(sql: Knex): Promise<void> {
  await sql.raw(`
    DELETE FROM oauth_client_secrets s USING oauth_clients c
    WHERE c.id = s.oauth_client_id
      AND c.token_endpoint_auth_method NOT IN ('client_secret_basic', 'client_secret_post');
  `);
}

export function down(): Promise<void> {
  return Promise.resolve();
}
