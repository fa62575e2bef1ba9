import type { Transaction } from './database.js';

/**
 * Waits for the lock of this name and holds it until the transaction ends. One transaction in the database holds it at a
 * time.
 */
export async function lock(tx: Transaction, name: string): Promise<void> {
  await tx.raw('SELECT pg_advisory_xact_lock(hashtext(?))', [`postern ${name}`]);
}

/** Takes the lock of this name until the transaction ends; returns false at once when another transaction holds it. */
export async function tryLock(tx: Transaction, name: string): Promise<boolean> {
  const query = 'SELECT pg_try_advisory_xact_lock(hashtext(?)) AS locked';
  const { rows } = await tx.raw<{ rows: { locked: boolean }[] }>(query, [`postern ${name}`]);
  return rows[0]?.locked ?? false;
}
