import type { TestDatabase } from './test-database.js';

/** What is stored of a message that was given up. */
export interface DeadLetter {
  id: string;
  kind: string;
  attempts: number;
  lastError: string | null;
}

/** The messages that were given up, the last one first. */
export async function deadLetters({ pool }: TestDatabase): Promise<DeadLetter[]> {
  const { rows } = await pool.query<DeadLetter>(
    `SELECT id, kind, attempts, last_error AS "lastError" FROM outbox
     WHERE dead_at IS NOT NULL ORDER BY dead_at DESC, position DESC`,
  );
  return rows;
}
