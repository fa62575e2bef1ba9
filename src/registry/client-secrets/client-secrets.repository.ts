import type { Transaction } from '../../platform/db/database.js';

/** The SQL of client secrets, of which only hashes are stored. */
export class ClientSecretsRepository {
  /** Call it with the client's row locked: then the clock orders the secrets of a client as they were made. */
  async insert(tx: Transaction, clientRowId: string, secret: { hash: string; hint: string }): Promise<void> {
    await tx('oauth_client_secrets').insert({
      ...secret,
      oauth_client_id: clientRowId,
      created_at: tx.raw('clock_timestamp()'),
    });
  }

  async delete(tx: Transaction, id: string): Promise<void> {
    await tx('oauth_client_secrets').where({ id }).delete();
  }
}
