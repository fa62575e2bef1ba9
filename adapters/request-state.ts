import { Provider } from 'oidc-provider';
import type { LogoutNotice } from '../src/identity/sessions/logout-messages.js';
import type { Account } from '../src/identity/accounts/account.js';
import type { ApiRecord } from '../src/registry/apis/api-record.js';
import type { AuthorizationDetail } from '../src/registry/authorization-details/detail-check.js';
import type { LiveClient } from '../src/registry/live-clients/live-client.js';
import type { AuthorizingAccount } from '../src/tenancy/authorizing-accounts/authorizing-accounts.service.js';
import type { StoredArtifact } from './artifact.repository.js';
import type { SavedSession } from './people/saved-session.js';
import type { TokenTransaction } from './token-transaction.js';

/** All that is kept while the engine answers one request. It is dropped with the request's context. */
export interface RequestState {
  /** The clients by client_id, as they were when the request first read them: what it issues belongs to that version. */
  readonly clients: Map<string, LiveClient>;
  /** Reads of grants (by key) and sessions (by uid) that were started together with that of their token. */
  readonly artifacts: Prefetched<StoredArtifact | undefined>;
  /** Reads of accounts, by id, that were started together with that of their token. */
  readonly accounts: Prefetched<Account | undefined>;
  /** The accounts of an authorization, by id; read once in a request. */
  readonly authorizingAccounts: Map<string, Promise<AuthorizingAccount | undefined>>;
  /** The APIs by audience; read once in a request. */
  readonly apis: Map<string, Promise<ApiRecord | undefined>>;
  /** Claims of the access token that the request issues, besides those that every one has. */
  tokenClaims: Record<string, unknown> | undefined;
  /** The transaction that holds back what the request writes; undefined when it writes at once. */
  transaction: TokenTransaction | undefined;
  /** The scope of an authorization request as it was sent; the engine drops `offline_access` from it. */
  requestedScope: string | undefined;
  /** The authorization details that the request asks for, once they were checked. */
  authorizationDetails: readonly AuthorizationDetail[] | undefined;
  /** The id of an account that does not exist, in place of one that a client asked for and that is not there. */
  missingAccount: string | undefined;
  /** Whether the request was counted as a failed one of its client; the engine may emit two errors for it. */
  failureCounted: boolean;
  /** The session as it was read, or, once it was saved, as it is stored since. */
  session: SavedSession | undefined;
  /**
   * The sign-in of a person who has just done all that it takes, until it is recorded; see `CompletedSignIn` and the patch
   * `recordSignIns`.
   */
  signIn: { provedAt: number | null } | undefined;
  /** The post-logout redirect URI that a request to sign out named and its client does not have. */
  refusedReturn: string | undefined;
  /** Back-channel logout notices of a request that ends a session, until they are queued. */
  logoutNotices: LogoutNotice[];
}

/** Reads that were started before their result was asked for. Each result is used once, so that a later read is fresh. */
export class Prefetched<V> {
  readonly #reads = new Map<string, Promise<V>>();

  start(key: string, read: Promise<V>): void {
    // A failure is reported to the caller of `take`, and to none when the result is not needed.
    read.catch(() => undefined);
    this.#reads.set(key, read);
  }

  /** The read of this key; undefined when there is none, or when it was taken before. */
  take(key: string): Promise<V> | undefined {
    const read = this.#reads.get(key);
    this.#reads.delete(key);
    return read;
  }
}

/** By the engine's context object of each request. */
const states = new WeakMap<object, RequestState>();

/** The state of the request with this context of the engine. */
export function stateOf(ctx: object): RequestState {
  const known = states.get(ctx);
  if (known) return known;
  const state: RequestState = {
    clients: new Map(),
    artifacts: new Prefetched(),
    accounts: new Prefetched(),
    authorizingAccounts: new Map(),
    apis: new Map(),
    tokenClaims: undefined,
    transaction: undefined,
    requestedScope: undefined,
    authorizationDetails: undefined,
    missingAccount: undefined,
    failureCounted: false,
    session: undefined,
    signIn: undefined,
    refusedReturn: undefined,
    logoutNotices: [],
  };
  states.set(ctx, state);
  return state;
}

/**
 * The state of the request that the engine is answering. Undefined where there is none: in jobs, on the command line, and
 * when our own pages call the engine.
 */
export function requestState(): RequestState | undefined {
  return Provider.ctx && stateOf(Provider.ctx);
}
