import { randomBytes } from 'node:crypto';
import type { PublisherVerification } from '../client-record/client-record.js';
import type { Transaction } from '../../platform/db/database.js';
import { verifiableHost } from './publisher-host.js';
import type { PublisherRepository } from './publisher.repository.js';

const TEXT_PREFIX = 'postern-client-verification=';

/**
 * Which host a client's publisher is asked to prove. The proof is a TXT record of the host itself with a text that
 * belongs to this client and host alone, so that one client cannot use what another's publisher has published.
 */
export class PublisherService {
  constructor(private readonly repository: PublisherRepository) {}

  /**
   * Starts, restarts or deletes the verification for a client_uri that was sent, changed or not; call it with the client's
   * row locked. Another host starts one with a new text. The same host restarts a failed one with its old text, which may
   * be published by now. A host that cannot be verified, or no client_uri, deletes it. True when it did one of these.
   */
  async applyClientUri(
    tx: Transaction,
    clientRowId: string,
    before: PublisherVerification | null,
    clientUri: string | null,
  ): Promise<boolean> {
    const host = verifiableHost(clientUri);
    if (host === null) {
      if (before) await this.repository.delete(tx, clientRowId);
      return before !== null;
    }
    if (before?.host === host && before.status !== 'failed') return false;
    const text = before?.host === host ? before.text : newText();
    await this.repository.start(tx, clientRowId, host, text);
    return true;
  }

  /** The host whose owner published the client's text, or null. */
  async verifiedHost(clientRowId: string): Promise<string | null> {
    return (await this.repository.verifiedHost(clientRowId)) ?? null;
  }
}

function newText(): string {
  return TEXT_PREFIX + randomBytes(32).toString('base64url');
}
