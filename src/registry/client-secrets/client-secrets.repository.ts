import type { Sql, Transaction } from '../../platform/db/database.js';
import { importedDigestOf, type SecretToStore } from './client-secret.js';

/** The SQL of client secrets, of which only hashes are stored. */
export class ClientSecretsRepository {
  /** Call it with the client's row locked: then the clock orders the secrets of a client as they were made. */
  async insert(
    tx: Transaction,
    clientRowId: string,
    { hash, hint, importedDigest }: SecretToStore,
  ): Promise<void> {
    await tx('oauth_client_secrets').insert({
      hash,
      hint,
      imported_digest: importedDigest ?? null,
      oauth_client_id: clientRowId,
      created_at: tx.raw('clock_timestamp()'),
    });
  }

  /** Replaces the hash, if it is still the one that was read; an export that has the first of them still tells the secret. */
  async replaceHash(sql: Sql, id: string, from: string, to: string): Promise<boolean> {
    const changed = await sql('oauth_client_secrets')
      .where({ id, hash: from })
      .update({
        hash: to,
        imported_digest: sql.raw('coalesce(imported_digest, ?)', [importedDigestOf(from)]),
      });
    return changed === 1;
  }

  async delete(tx: Transaction, id: string): Promise<void> {
    await tx('oauth_client_secrets').where({ id }).delete();
  }
}
