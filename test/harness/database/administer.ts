import { Database } from '../../../src/platform/db/database.js';

/** Runs statements that cannot be in a transaction. */
export async function administer(url: string, ...statements: string[]): Promise<void> {
  const database = new Database(url, 1, () => undefined);
  try {
    for (const statement of statements) await database.pool.query(statement);
  } finally {
    await database.close();
  }
}

/** The URL of another database on the same server. */
export function databaseUrl(url: string, name: string): string {
  const other = new URL(url);
  other.pathname = `/${name}`;
  return other.href;
}
