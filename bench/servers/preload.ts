import type { Database } from '../../src/platform/db/database.js';

/** Fills the artifacts table with so many rows like those of access tokens, a tenth of them expired. */
export async function preload(database: Database, rows: number): Promise<void> {
  await database.withoutTimeouts(async (sql) => {
    await sql.raw(
      `INSERT INTO artifacts (id, model, payload, grant_id, client_id, account_id, expires_at)
     SELECT sha256(i::text::bytea), 2,
       jsonb_build_object('kind', 'AccessToken', 'iat', 1, 'exp', 2, 'scope', 'openid profile email', 'gty', 'authorization_code'),
       'grant-' || i / 3, 'client-' || i % 100, 'account-' || i % 10000,
       now() + make_interval(secs => (i % 3600) * CASE WHEN i % 10 = 0 THEN -1 ELSE 1 END)
     FROM generate_series(1, ?::int) AS i`,
      [rows],
    );
    await sql.raw('ANALYZE artifacts');
  });
}
