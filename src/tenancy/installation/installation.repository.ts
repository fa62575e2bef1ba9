import { appliedMigrations, schemaState } from '../../platform/database-setup/migrator.js';
import type { Database } from '../../platform/db/database.js';

/** The state of the database's schema. */
export interface SchemaInfo {
  postgres: string;
  applied: number;
  latest: string | null;
  latestAt: Date | null;
  pending: string[];
}

/** The SQL about the database itself. */
export class InstallationRepository {
  constructor(private readonly database: Database) {}

  async schema(): Promise<SchemaInfo> {
    const [{ pending }, { count, latest, at }, version] = await Promise.all([
      schemaState(this.database),
      appliedMigrations(this.database),
      this.database.sql.raw<{ rows: { server_version: string }[] }>('SHOW server_version'),
    ]);
    const postgres = version.rows[0]?.server_version ?? '';
    return { postgres, applied: count, latest, latestAt: at, pending };
  }
}
