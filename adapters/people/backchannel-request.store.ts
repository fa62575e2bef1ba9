import type { Vault } from '../../src/platform/crypto/sealing.js';
import type { Database } from '../../src/platform/db/database.js';
import { MODELS } from '../artifact.models.js';

/** A request that waits for a person; the id is the `auth_req_id` of its client, the key is not. */
export interface WaitingRow {
  key: string;
  id: string;
}

const WAITING = `
  SELECT encode(id, 'hex') AS key, sealed_id FROM artifacts
  WHERE account_id = ? AND model = ${String(MODELS.BackchannelAuthenticationRequest)}
    AND grant_id IS NULL AND consumed_at IS NULL AND expires_at > now()
  ORDER BY created_at`;

/** The engine's backchannel authentication requests (CIBA) in the artifacts table, by account. */
export class BackchannelRequestStore {
  constructor(
    private readonly database: Database,
    private readonly vault: Vault,
  ) {}

  /** Those that were not allowed; one that was denied is there until its client has asked. */
  async waiting(accountId: string): Promise<WaitingRow[]> {
    const { rows } = await this.database.sql.raw<{ rows: { key: string; sealed_id: Buffer }[] }>(WAITING, [
      accountId,
    ]);
    return rows.map(({ key, sealed_id }) => ({
      key,
      id: this.vault.open('artifact-ids', sealed_id, Buffer.from(key, 'hex')).toString(),
    }));
  }
}
