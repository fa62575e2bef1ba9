import { eventually } from '../common/eventually.js';
import type { TestServer } from '../nodes/test-server.js';

/** One row of the audit trail. */
export interface AuditedChange {
  actor: string;
  action: string;
  changed_fields: string[];
}

/** The audit trail of a target, oldest first. */
export async function auditTrail({ database }: TestServer, targetId: string): Promise<AuditedChange[]> {
  const text =
    'SELECT actor, action, changed_fields FROM audit_events WHERE target_id = $1 ORDER BY occurred_at, action';
  return (await database.pool.query<AuditedChange>(text, [targetId])).rows;
}

/** Moves the deletion of a client so many days into the past. */
export async function ageDeletion({ database }: TestServer, id: string, days: number): Promise<void> {
  const text = 'UPDATE oauth_clients SET deleted_at = now() - make_interval(days => $2) WHERE id = $1';
  await database.pool.query(text, [id, days]);
}

/** Resolves once at least so many statements wait for a lock in this database. */
export async function waitForLockWaits({ database }: Pick<TestServer, 'database'>, count = 1): Promise<void> {
  const text = `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`;
  await eventually(async () => ((await database.pool.query(text)).rowCount ?? 0) >= count);
}

/** Every row of every table, as text. */
export async function everyRow({ database }: TestServer): Promise<string> {
  const { pool } = database;
  const tables = await pool.query<{ name: string }>(
    `SELECT quote_ident(table_name) AS name FROM information_schema.tables WHERE table_schema = 'public' AND table_type = 'BASE TABLE'`,
  );
  const dumps = await Promise.all(
    tables.rows.map(({ name }) => pool.query<{ row: string }>(`SELECT t::text AS row FROM ${name} t`)),
  );
  return dumps.flatMap(({ rows }) => rows.map(({ row }) => row)).join('\n');
}
