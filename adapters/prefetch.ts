import { type AdapterPayload, Provider } from 'oidc-provider';
import type { Account } from '../src/identity/accounts/account.js';
import type {
  AuthorizingAccount,
  AuthorizingAccountsService,
} from '../src/tenancy/authorizing-accounts/authorizing-accounts.service.js';
import { artifactKey, type ModelName, isTokenModel } from './artifact.models.js';
import type { ArtifactStore } from './artifact.store.js';
import { type RequestState, requestState } from './request-state.js';

/** What reads of a request are started on. */
export interface PrefetchContext {
  store: ArtifactStore;
  /** Reads an account that the request is going to need. */
  findAccount(accountId: string): Promise<Account | undefined>;
  authorizingAccounts: Pick<AuthorizingAccountsService, 'find'>;
}

/** Starts the reads that the engine is going to ask for because of the artifact that was found, all at once. */
export function prefetch(context: PrefetchContext, model: ModelName, payload: AdapterPayload): void {
  const state = requestState();
  if (!state) return;
  if (model === 'Session') prefetchForAuthorization(context, state, payload);
  else if (isTokenModel(model)) prefetchForToken(context, state, payload);
}

function prefetchForToken(
  context: PrefetchContext,
  state: RequestState,
  { grantId, accountId, sessionUid, expiresWithSession }: AdapterPayload,
): void {
  if (!grantId) return;
  const { store } = context;
  prefetchGrant(store, state, grantId);
  if (expiresWithSession && sessionUid) state.artifacts.start(sessionUid, store.findSession(sessionUid));
  if (accountId) state.accounts.start(accountId, context.findAccount(accountId));
}

/** An authorization request of a person who has signed in, by a client that they may have authorized before. */
function prefetchForAuthorization(
  { store, authorizingAccounts }: PrefetchContext,
  state: RequestState,
  { accountId, authorizations }: AdapterPayload,
): void {
  const ctx = Provider.ctx;
  if (ctx?.oidc.route !== 'authorization' || accountId === undefined) return;
  void accountOfRequest(authorizingAccounts, accountId);
  const { client_id: clientId } = ctx.query;
  const grantId = typeof clientId === 'string' ? authorizations?.[clientId]?.grantId : undefined;
  if (grantId) prefetchGrant(store, state, grantId);
}

function prefetchGrant(store: ArtifactStore, state: RequestState, grantId: string): void {
  const key = artifactKey('Grant', grantId);
  state.artifacts.start(key, store.find(key));
}

/** The account of an authorization as this request reads it first, whatever its status. */
export function accountOfRequest(
  accounts: Pick<AuthorizingAccountsService, 'find'>,
  accountId: string,
): Promise<AuthorizingAccount | undefined> {
  const known = requestState()?.authorizingAccounts;
  const before = known?.get(accountId);
  if (before) return before;
  const read = accounts.find(accountId);
  // A failure is reported to those who wait for the account, if any do.
  read.catch(() => undefined);
  known?.set(accountId, read);
  return read;
}
