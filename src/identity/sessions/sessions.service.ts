import type { OutboxService } from '../../platform/outbox/outbox.service.js';
import type { Transaction } from '../../platform/db/database.js';
import { type LogoutNotice, logoutMessage } from './logout-messages.js';
import type { SignInRecord, SignInsRepository } from './sign-ins.repository.js';

/** A session of the engine: one browser in which a person is signed in. */
export interface Session {
  /** Not the cookie, which is not stored. */
  uid: string;
  signedInAt: Date;
  lastUsedAt: Date;
  expiresAt: Date;
  /** How the person signed in (RFC 8176). */
  amr: readonly string[];
  /** The client_ids of the applications that it was used for. */
  clientIds: readonly string[];
}

/** A session with the last sign-in in it; undefined when that is too long ago to be recorded. */
export interface KnownSession extends Session {
  signIn: SignInRecord | undefined;
}

/** Which sessions of an account: one, or all but one. */
export type WhichSessions = { uid: string } | { except: string | undefined };

/** Which grants end with a session: those without offline access, or all. */
export type EndedGrants = 'of the session' | 'all';

/** The engine's storage of sessions. */
export interface SessionStore {
  /** Of one account, not expired, last used first. */
  list(accountId: string): Promise<Session[]>;
  /**
   * Deletes the sessions with the grants that end with them, or with all that were given in them. None of them comes back through a request that is being
   * answered meanwhile. Returns their uids, and whom to notify.
   */
  end(
    tx: Transaction,
    accountId: string,
    which: WhichSessions,
    grants?: EndedGrants,
  ): Promise<{ uids: string[]; notices: LogoutNotice[] }>;
  /** Signs the application out of every session of the account. Returns whom to notify. */
  removeClient(tx: Transaction, accountId: string, clientId: string): Promise<LogoutNotice[]>;
}

/** The sessions of people. What is ended is gone for the engine with the next request on any node. */
export class SessionsService {
  constructor(
    private readonly store: SessionStore,
    private readonly signIns: Pick<SignInsRepository, 'end' | 'invalidatePending' | 'lastOf'>,
    private readonly outbox: OutboxService,
  ) {}

  /** Last used first. */
  async list(accountId: string): Promise<KnownSession[]> {
    const sessions = await this.store.list(accountId);
    const signIns = await this.signIns.lastOf(sessions.map(({ uid }) => uid));
    return sessions.map((session) => ({ ...session, signIn: signIns.get(session.uid) }));
  }

  /**
   * Ends one session, as signing out in its browser does: the grants that end with it too, and back-channel logout
   * (OpenID Connect Back-Channel Logout 1.0) of its clients. False when the account has no such session.
   */
  async end(tx: Transaction, accountId: string, uid: string): Promise<boolean> {
    return (await this.#end(tx, accountId, { uid })).length === 1;
  }

  /** Ends a session that should not have begun, as `end` does, with all that was allowed in it, offline access too. */
  async discard(tx: Transaction, accountId: string, uid: string): Promise<void> {
    await this.#end(tx, accountId, { uid }, 'all');
  }

  /**
   * Ends every session of the account but `except`, as `end` does, and sign-ins that are not completed yet; returns how
   * many sessions.
   */
  async endAll(
    tx: Transaction,
    accountId: string,
    { except }: { except?: string | undefined } = {},
  ): Promise<number> {
    await this.signIns.invalidatePending(tx, accountId);
    return (await this.#end(tx, accountId, { except })).length;
  }

  /** Signs the application out of every session of the account, with back-channel logout. */
  async removeClient(tx: Transaction, accountId: string, clientId: string): Promise<void> {
    await this.#notify(tx, await this.store.removeClient(tx, accountId, clientId));
  }

  async #end(
    tx: Transaction,
    accountId: string,
    which: WhichSessions,
    grants?: EndedGrants,
  ): Promise<string[]> {
    const { uids, notices } = await this.store.end(tx, accountId, which, grants);
    await this.signIns.end(uids, tx);
    await this.#notify(tx, notices);
    return uids;
  }

  async #notify(tx: Transaction, notices: readonly LogoutNotice[]): Promise<void> {
    await this.outbox.enqueueAll(tx, notices.map(logoutMessage));
  }
}
