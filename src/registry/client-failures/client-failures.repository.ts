import type { Database } from '../../platform/db/database.js';
import { FAILURE_COLUMNS, type FailureRow } from './failure-row.js';

/** The SQL of failures. */
export class ClientFailuresRepository {
  constructor(private readonly database: Database) {}

  /** Newest first. */
  async ofClient(clientRowId: string): Promise<FailureRow[]> {
    const { rows } = await this.database.sql.raw<{ rows: FailureRow[] }>(
      `SELECT ${FAILURE_COLUMNS} FROM client_failures f JOIN oauth_clients c ON c.id = f.oauth_client_id
       WHERE f.oauth_client_id = ? ORDER BY f.occurred_at DESC`,
      [clientRowId],
    );
    return rows;
  }
}
