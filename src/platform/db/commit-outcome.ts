import { setTimeout as sleep } from 'node:timers/promises';
import type { QueryResult } from 'pg';
import type { Statement, Transaction } from './database.js';

/** What identifies a transaction that has written something. */
export interface TransactionIdentity {
  /** PostgreSQL's transaction id (xid8). */
  id: string;
  /** When the server's statistics were last reset, in seconds since 1970. */
  statsReset: string;
}

const IDENTITY = `SELECT pg_current_xact_id_if_assigned()::text AS id,
    extract(epoch FROM stats_reset)::text AS "statsReset"
  FROM pg_stat_bgwriter`;

/**
 * A server that has crashed since, or that replaced this one, may have given the id to another transaction; either
 * has reset its statistics.
 */
const OUTCOME = `SELECT CASE WHEN extract(epoch FROM stats_reset)::text = $2 THEN pg_xact_status($1::xid8) END AS status
  FROM pg_stat_bgwriter`;

/** PostgreSQL finishes the work of a session whose client is gone before it ends the transaction. */
const MAX_READS = 10;
const PAUSE_MS = 50;

/** Undefined when the transaction has written nothing, so that it does not matter whether it commits. */
export async function identityOf(tx: Transaction): Promise<TransactionIdentity | undefined> {
  const { rows } = await tx.raw<{ rows: { id: string | null; statsReset: string }[] }>(IDENTITY);
  const [{ id = null, statsReset = '' } = {}] = rows;
  return id === null ? undefined : { id, statsReset };
}

/** Whether the transaction was committed; false also when PostgreSQL cannot tell. */
export async function wasCommitted(
  read: (statement: Statement) => Promise<QueryResult<{ status: string | null }>>,
  { id, statsReset }: TransactionIdentity,
): Promise<boolean> {
  const statement = { name: 'transaction_outcome', text: OUTCOME, values: [id, statsReset] };
  for (let reads = 0; reads < MAX_READS; reads++, await sleep(PAUSE_MS)) {
    const { rows } = await read(statement);
    if (rows[0]?.status !== 'in progress') return rows[0]?.status === 'committed';
  }
  return false;
}
