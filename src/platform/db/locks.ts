import type { Transaction } from './database.js';

/** Waits for the lock of this name, which one transaction in the whole installation holds at a time, until it ends. */
export async function lock(tx: Transaction, name: string): Promise<void> {
  await tx.raw('SELECT pg_advisory_xact_lock(hashtext(?))', [`postern ${name}`]);
}

/** Takes the lock of this name until the transaction ends, if it is free; false, at once, when it is not. */
export async function tryLock(tx: Transaction, name: string): Promise<boolean> {
  const query = 'SELECT pg_try_advisory_xact_lock(hashtext(?)) AS locked';
  const { rows } = await tx.raw<{ rows: { locked: boolean }[] }>(query, [`postern ${name}`]);
  return rows[0]?.locked ?? false;
}
