import type { Database } from '../db/database.js';

/** A process that answers requests. */
export interface ProcessRow {
  id: string;
  name: string;
  version: string;
  startedAt: Date;
  durations: readonly number[];
}

/** Rows that no process has written for so long are deleted. */
const KEPT = '10 minutes';
const REPORT = `WITH gone AS (DELETE FROM nodes WHERE id IN (
    SELECT id FROM nodes WHERE seen_at < now() - interval '${KEPT}' AND id <> $1 FOR UPDATE SKIP LOCKED))
  INSERT INTO nodes (id, name, version, started_at, durations) VALUES ($1, $2, $3, $4, $5)
  ON CONFLICT (id) DO UPDATE SET seen_at = now(), durations = excluded.durations`;

/** The SQL of the table of processes. */
export class NodesRepository {
  constructor(private readonly database: Database) {}

  /** Writes the row of a process, and deletes those of processes that ended. */
  async report({ id, name, version, startedAt, durations }: ProcessRow): Promise<void> {
    const values = [id, name, version, startedAt, durations];
    await this.database.write({ name: 'nodes_report', text: REPORT, values });
  }
}
