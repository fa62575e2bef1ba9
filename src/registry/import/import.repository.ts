import type { Database } from '../../platform/db/database.js';

/** A secret that a client has already. */
export interface PresentSecret {
  hash: string;
  /** In base64; null for a secret that was not imported by its hash. */
  importedDigest: string | null;
}

/** A client that has the client_id of an imported one, in any project, deleted or not. */
export interface PresentClient {
  id: string;
  clientId: string;
  projectId: string;
  registrationType: string;
  clientType: string;
  deleted: boolean;
  secrets: PresentSecret[];
}

const FIND = `
  SELECT c.id, c.client_id AS "clientId", c.project_id AS "projectId", c.registration_type AS "registrationType",
    c.client_type AS "clientType", c.deleted_at IS NOT NULL AS deleted,
    (SELECT coalesce(json_agg(json_build_object('hash', s.hash,
        'importedDigest', translate(encode(s.imported_digest, 'base64'), E'\\n', ''))), '[]')
      FROM oauth_client_secrets s WHERE s.oauth_client_id = c.id) AS secrets
  FROM oauth_clients c WHERE c.client_id = ANY (?)`;

/** Reads what an import meets. */
export class ImportRepository {
  constructor(private readonly database: Database) {}

  /** By client_id. */
  async present(clientIds: readonly string[]): Promise<Map<string, PresentClient>> {
    const { rows } = await this.database.sql.raw<{ rows: PresentClient[] }>(FIND, [[...clientIds]]);
    return new Map(rows.map((row) => [row.clientId, row]));
  }
}
