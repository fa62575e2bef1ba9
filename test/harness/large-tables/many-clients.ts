import type { TestServer } from '../nodes/test-server.js';
import type { TestDatabase } from '../database/test-database.js';

/**
 * Inserts so many clients of the default project straight into the table: every thousand share their time of creation, and
 * there are a few of each rare kind. Newest first is by falling number, last used first by rising number.
 */
export async function insertClients({ database }: TestServer, count: number): Promise<void> {
  const { pool } = database;
  const restoreIndexes = await dropGinIndexes(database, ['oauth_clients', 'client_ngrams']);
  await pool.query(
    `INSERT INTO oauth_clients (client_id, project_id, registration_type, client_type, client_name, description, company,
       grant_types, response_types, scopes, token_endpoint_auth_method, visibility, created_at, last_used_at, deleted_at)
     SELECT 'many-' || n, p.id,
       CASE WHEN n % 50 = 1 THEN 'dynamic' ELSE 'manual' END,
       CASE WHEN n % 100 = 2 THEN 'public' ELSE 'confidential' END,
       CASE WHEN n % 2000 = 3 THEN 'Needle ' ELSE 'Application ' END || n,
       CASE WHEN n % 3 = 0 THEN 'Keeps the books.' END,
       'Company ' || n % 1000,
       CASE WHEN n % 1000 = 4 THEN '{urn:ietf:params:oauth:grant-type:device_code}'::text[]
         ELSE '{authorization_code,refresh_token}' END,
       '{code}', '{openid}',
       CASE WHEN n % 100 = 2 THEN 'none' ELSE 'client_secret_basic' END,
       CASE WHEN n % 5000 = 5 THEN 'public' ELSE 'private' END,
       '2026-01-01T00:00:00Z'::timestamptz + n / 1000 * interval '1 second',
       now() - n * interval '1 minute',
       CASE WHEN n % 500 = 6 THEN now() END
     FROM generate_series(1, $1::int) AS n, projects p WHERE p.slug = 'default'`,
    [count],
  );
  await pool.query(
    `INSERT INTO oauth_client_secrets (oauth_client_id, hash, hint)
     SELECT id, '-', 'pst_000000' FROM oauth_clients WHERE client_id LIKE 'many-%' AND client_type = 'confidential'`,
  );
  await restoreIndexes();
  await pool.query('ANALYZE oauth_clients, client_ngrams, oauth_client_secrets');
}

/** Drops these indexes of the tables and returns what makes them again: that takes a third of filling them row by row. */
async function dropGinIndexes({ pool }: TestDatabase, tables: string[]): Promise<() => Promise<void>> {
  const { rows } = await pool.query<{ name: string; definition: string }>(
    `SELECT quote_ident(indexname) AS name, indexdef AS definition FROM pg_indexes
     WHERE schemaname = 'public' AND tablename = ANY ($1) AND indexdef LIKE '% USING gin %'`,
    [tables],
  );
  await pool.query(`DROP INDEX ${rows.map(({ name }) => name).join(', ')}`);
  return async () => {
    for (const { definition } of rows) await pool.query(definition);
  };
}
