import type { TestServer } from '../nodes/test-server.js';

/**
 * Inserts so many accounts straight into the table, most of them with a sign-in, a session and a consent to the client
 * `many`. Every thousand share their time of creation, and there are a few of each rare kind.
 */
export async function insertAccounts({ database }: TestServer, count: number): Promise<void> {
  const { pool } = database;
  await pool.query(
    `INSERT INTO accounts (email, profile, status, disabled_at, delete_after, created_at)
     SELECT CASE WHEN n % 2000 = 3 THEN 'needle' ELSE 'person' END || n || '@many.example',
       jsonb_build_object('name', CASE WHEN n % 2000 = 4 THEN 'Needle ' ELSE 'Person ' END || n),
       CASE WHEN n % 1000 = 5 THEN 'disabled' WHEN n % 1000 = 6 THEN 'deleting' ELSE 'active' END,
       CASE WHEN n % 1000 = 5 THEN now() END, CASE WHEN n % 1000 = 6 THEN now() + interval '1 day' END,
       '2026-01-01T00:00:00Z'::timestamptz + n / 1000 * interval '1 second'
     FROM generate_series(1, $1::int) AS n`,
    [count],
  );
  await pool.query(
    `INSERT INTO sign_ins (account_id, session_uid, occurred_at)
     SELECT id, id::text, now() FROM accounts WHERE email LIKE 'person%@many.example'`,
  );
  await pool.query(
    `INSERT INTO artifacts (id, model, payload, account_id, client_id, uid, expires_at)
     SELECT sha256((model || id::text)::bytea), model, '{}', id::text, 'many', model || id::text,
       now() + interval '1 day'
     FROM accounts, unnest('{1,7}'::smallint[]) AS model WHERE email LIKE 'person%@many.example'`,
  );
  await pool.query('ANALYZE accounts, sign_ins, artifacts');
}
