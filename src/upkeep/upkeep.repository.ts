import type { Database } from '../db/database.js';

/**
 * Runs the work under a lock that one node of the installation holds at a time; false, at once, when another does. The
 * lock belongs to a transaction, so that it ends with the node and works through a connection pooler.
 */
export async function exclusively(
  database: Database,
  name: string,
  work: () => Promise<void>,
): Promise<boolean> {
  return database.transaction(async (tx) => {
    const { rows } = await tx.raw<{ rows: { locked: boolean }[] }>(
      'SELECT pg_try_advisory_xact_lock(hashtext(?)) AS locked',
      [`postern job ${name}`],
    );
    if (!rows[0]?.locked) return false;
    await work();
    return true;
  });
}
