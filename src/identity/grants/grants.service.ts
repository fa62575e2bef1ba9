import type { Transaction } from '../../platform/db/database.js';
import type { SessionsService } from '../sessions/sessions.service.js';

/** What a person allowed one application, in all of their browsers together. */
export interface GrantedAccess {
  clientId: string;
  clientName: string;
  /** Scopes that belong to no API. */
  scopes: readonly string[];
  /** Single claims of OpenID Connect Core 1.0, section 5.5. */
  claims: readonly string[];
  /** Scopes by the audience of their API. */
  resources: Readonly<Record<string, readonly string[]>>;
  /** Authorization details (RFC 9396). */
  authorizationDetails: readonly Readonly<{ type: string } & Record<string, unknown>>[];
  /** Whether the access continues when the person is signed out. */
  offline: boolean;
  allowedAt: Date;
  /** When tokens were issued last, as far as they are still stored; at the earliest `allowedAt`. */
  lastUsedAt: Date;
  expiresAt: Date;
}

/** The engine's storage of grants. */
export interface GrantStore {
  /** Of one account, valid, one for each client, last used first. */
  list(accountId: string): Promise<GrantedAccess[]>;
  /** Deletes the account's grants, of one client or of all, with their codes and tokens. Returns the client_ids. */
  revoke(tx: Transaction, accountId: string, clientId?: string): Promise<string[]>;
}

/** What people allowed applications. What is revoked ends with the next request on any node. */
export class GrantsService {
  constructor(
    private readonly store: GrantStore,
    private readonly sessions: SessionsService,
  ) {}

  /** Last used first. */
  list(accountId: string): Promise<GrantedAccess[]> {
    return this.store.list(accountId);
  }

  /**
   * Takes back all that the person allowed the application: its grants, codes and tokens are invalid, and it is notified
   * that the person is signed out of it. False when the person allowed it nothing.
   */
  async revoke(tx: Transaction, accountId: string, clientId: string): Promise<boolean> {
    const revoked = await this.store.revoke(tx, accountId, clientId);
    if (revoked.length === 0) return false;
    await this.sessions.removeClient(tx, accountId, clientId);
    return true;
  }

  /** Takes back all that the person allowed any application; returns the client_ids. Sessions go on. */
  revokeAll(tx: Transaction, accountId: string): Promise<string[]> {
    return this.store.revoke(tx, accountId);
  }
}
