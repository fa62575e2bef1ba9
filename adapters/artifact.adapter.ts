import { randomBytes } from 'node:crypto';
import { type Adapter, type AdapterPayload, errors } from 'oidc-provider';
import { TOKEN_EXCHANGE } from '../src/settings/protocol/grant-types.js';
import { artifactKey, type ModelName, MODELS, isTokenModel } from './artifact.models.js';
import type { ArtifactRow, StoredArtifact } from './artifact.repository.js';
import { AlreadyUsed, forEngine, replayError } from './engine-errors.js';
import { isUpToDate } from './people/saved-session.js';
import { prefetch, type PrefetchContext } from './prefetch.js';
import { isInGrace, type RefreshGrace } from './refresh-grace.js';
import { requestState } from './request-state.js';
import { TokenTransaction } from './token-transaction.js';

/** What the adapters of all models share. */
export interface ArtifactContext extends RefreshGrace, PrefetchContext {
  /**
   * Tokens and grants issued to the client before this time are invalid: milliseconds since the epoch, 0 if there is no
   * such time, undefined when the client is deleted. Within a request the answer stays the same.
   */
  clientTokensValidAfter(clientId: string): Promise<number | undefined>;
  /** Seconds for which a person may sign in and consent. */
  interactionTtl: number;
}

/** Stored sealed: a session's cookie, parameters of a request that nobody has answered yet. */
const SEALED: ReadonlySet<ModelName> = new Set([
  'Interaction',
  'PushedAuthorizationRequest',
  'BackchannelAuthenticationRequest',
]);
/** Those that are found by something else than their id, with which the engine saves them again. */
const WITH_SEALED_ID: ReadonlySet<ModelName> = new Set(['DeviceCode', 'BackchannelAuthenticationRequest']);
/**
 * Those that clients ask about until they learn that they have expired (RFC 8628 section 3.5, CIBA section 11); a minute is
 * longer than clients wait between two requests.
 */
const POLLED: ReadonlySet<ModelName> = new Set(['DeviceCode', 'BackchannelAuthenticationRequest']);
const POLLED_AFTER_EXPIRY = 60;
const ENDED_UNSEEN: ReadonlySet<ModelName> = new Set(['Session', 'Grant']);

/** U+0000 and unpaired surrogates as JSON writes them; PostgreSQL cannot store them. */
const NOT_TEXT = /\\u(?:0000|d[89a-f][0-9a-f]{2})/;

/**
 * oidc-provider's storage for one model. An artifact is stored under the hash of its id, without the id; `find` puts back
 * the id that was presented. An artifact of a client stores the client's `tokensValidAfter` as the request that writes it
 * read it first, and is found only while the client still has that value. So what a request writes after the client was
 * deleted or lost a scope never becomes valid, whenever it is written and whatever happens to the client. A session that a
 * request has read is saved only while its row exists: when it is ended meanwhile, it does not come back. The row of a grant
 * has its id as `uid`, by which its tokens are found.
 */
export class ArtifactAdapter implements Adapter {
  constructor(
    private readonly model: ModelName,
    private readonly context: ArtifactContext,
  ) {}

  async upsert(id: string, payload: AdapterPayload, expiresIn: number): Promise<void> {
    await forEngine(async () => {
      const row = this.#toRow(id, await this.#withClientTime(payload), expiresIn);
      if (this.model !== 'ReplayDetection') {
        const state = requestState();
        if (this.model === 'Session' && state?.session !== undefined) {
          const former = state.session;
          if (isUpToDate(former, row)) return;
          await this.context.store.replaceSession(former.key, row);
          // Not before: what could not be saved is not up to date when the engine saves it again.
          state.session = row;
          return;
        }
        const transaction = state?.transaction;
        return transaction ? transaction.upsert(row) : this.context.store.upsert(row);
      }
      if (await this.context.store.repository.insertOnce(row)) return;
      throw new AlreadyUsed();
    });
  }

  /**
   * Throws InvalidRequestUri for a pushed request that is gone: when an interaction ends, the engine would issue a code
   * without consuming the request (lib/actions/authorization/respond.js:18).
   */
  async find(id: string): Promise<AdapterPayload | undefined> {
    const payload = await this.#find(id);
    if (!payload && this.model === 'PushedAuthorizationRequest') throw replayError(this.model);
    return payload;
  }

  #find(id: string): Promise<AdapterPayload | undefined> {
    return forEngine(async () => {
      const key = artifactKey(this.model, id);
      const row = await (requestState()?.artifacts.take(key) ?? this.context.store.find(key));
      if (!row) return undefined;
      const payload = this.#withoutOrigin(this.#toPayload(row, id));
      if (this.#hasEnded(payload)) return undefined;
      prefetch(this.context, this.model, payload);
      if (!(await this.#isValid(payload))) return undefined;
      const state = this.model === 'Session' ? requestState() : undefined;
      if (state) state.session = row;
      if (row.consumedAt === null || (await isInGrace(this.context, this.model, row, id))) return payload;
      return { ...payload, consumed: row.consumedAt };
    });
  }

  /** Sessions only. The id, which is the cookie, is not stored and not needed: the engine only reads what is found here. */
  findByUid(uid: string): Promise<AdapterPayload | undefined> {
    return forEngine(async () => {
      const row = await (requestState()?.artifacts.take(uid) ?? this.context.store.findSession(uid));
      const payload = row && this.#toPayload(row, undefined);
      return payload && !this.#hasEnded(payload) ? payload : undefined;
    });
  }

  /** Device codes only. The engine saves the device code again, so its id is read from the sealed copy. */
  findByUserCode(userCode: string): Promise<AdapterPayload | undefined> {
    return forEngine(async () => {
      const digest = this.context.vault.digest('user-codes', userCode);
      const row = await this.context.store.repository.findByUserCode(MODELS[this.model], digest);
      if (!row?.sealedId) return undefined;
      const id = this.context.vault.open('artifact-ids', bytes(row.sealedId), bytes(row.key)).toString();
      const payload = { ...this.#toPayload(row, id), userCode };
      if (!(await this.#isValid(payload))) return undefined;
      return row.consumedAt === null ? payload : { ...payload, consumed: row.consumedAt };
    });
  }

  /**
   * Exactly one caller on any node consumes a code or token. Throws InvalidGrant for the others, as the engine does for a
   * replay that it sees; a request with an open transaction throws that when it commits (see `TokenTransaction`).
   */
  consume(id: string): Promise<void> {
    return forEngine(async () => {
      const open = requestState()?.transaction;
      const transaction = open ?? new TokenTransaction(this.context);
      transaction.consume(this.model, id);
      if (!open && (await transaction.commit()) === 'replayed') throw replayError(this.model);
    });
  }

  /**
   * The engine destroys an access or refresh token and revokes what was issued with it in later steps. A revocation that
   * is interrupted between them could not be repeated, because its token is not found any more. So all is deleted here:
   * the grant first, then, in one statement, its tokens and this one (RFC 7009 section 2.1).
   */
  destroy(id: string): Promise<void> {
    return forEngine(async () => {
      const { store } = this.context;
      const key = artifactKey(this.model, id);
      const revokesGrant = this.model === 'RefreshToken';
      const row = revokesGrant || this.model === 'AccessToken' ? await store.find(key) : undefined;
      const grantId = row && this.#withoutOrigin({ ...this.#toPayload(row, id) }).grantId;
      if (!grantId) return store.destroy(key);
      if (revokesGrant) await store.destroy(artifactKey('Grant', grantId));
      await store.revokeByGrantId(grantId);
    });
  }

  revokeByGrantId(grantId: string): Promise<void> {
    return forEngine(() => this.context.store.revokeByGrantId(grantId));
  }

  /**
   * An exchanged token without the grant and the session that it ends with, which are those of another client. The engine
   * reads it only to revoke it, and would revoke the grant with it; `TokenLookup` checks both.
   */
  #withoutOrigin(payload: AdapterPayload): AdapterPayload {
    if (this.model !== 'AccessToken' || payload.gty !== TOKEN_EXCHANGE) return payload;
    const { grantId: _grant, expiresWithSession: _session, ...kept } = payload;
    return kept;
  }

  async #withClientTime(payload: AdapterPayload): Promise<AdapterPayload> {
    if (payload.clientId === undefined) return payload;
    // -1 for a deleted client: no client has that value.
    const clientTokensValidAfter = (await this.context.clientTokensValidAfter(payload.clientId)) ?? -1;
    return clientTokensValidAfter === 0 ? payload : { ...payload, clientTokensValidAfter };
  }

  /**
   * Whether a session or a grant has expired; it need not be purged yet. The engine allows 15 s of difference between
   * clocks, which is for tokens that others issue. Tokens have its error messages; of interactions the pages say it.
   */
  #hasEnded({ exp }: AdapterPayload): boolean {
    return ENDED_UNSEEN.has(this.model) && exp !== undefined && exp <= Date.now() / 1000;
  }

  async #isValid({ clientId, clientTokensValidAfter = 0 }: AdapterPayload): Promise<boolean> {
    return (
      clientId === undefined ||
      (await this.context.clientTokensValidAfter(clientId)) === clientTokensValidAfter
    );
  }

  #toRow(id: string, payload: AdapterPayload, expiresIn: number): ArtifactRow {
    const { vault } = this.context;
    const key = artifactKey(this.model, id);
    const { userCode, ...kept }: AdapterPayload = { ...payload };
    if (this.model === 'RefreshToken') kept['successorSalt'] ??= randomBytes(16).toString('base64url');
    delete kept.jti;
    delete kept.consumed;
    if (this.model === 'Session') kept['savedAt'] = Math.floor(Date.now() / 1000);
    const isToken = isTokenModel(this.model);
    const stored = SEALED.has(this.model)
      ? { sealed: vault.seal('artifact-payloads', JSON.stringify(kept), bytes(key)).toString('base64') }
      : kept;
    const json = JSON.stringify(stored);
    if (NOT_TEXT.test(json)) throw new errors.InvalidRequest('a parameter has characters that are not text');
    return {
      key,
      model: MODELS[this.model],
      payload: json,
      grantId: (isToken && kept.grantId) || null,
      clientId: kept.clientId ?? null,
      accountId: kept.accountId ?? null,
      uid: this.model === 'Session' ? (kept.uid ?? null) : this.model === 'Grant' ? id : null,
      userCode: userCode === undefined ? null : vault.digest('user-codes', userCode).toString('hex'),
      sealedId: WITH_SEALED_ID.has(this.model)
        ? vault.seal('artifact-ids', id, bytes(key)).toString('hex')
        : null,
      expiresAt: (payload.exp ?? Date.now() / 1000 + expiresIn) + this.#keptAfter(),
    };
  }

  /**
   * Seconds that a row stays after it expired. A pushed request is consumed at the end of the interaction that it began;
   * that it has expired for others the engine reads from `exp`
   * (lib/actions/authorization/pushed_authorization_requests.js:24).
   */
  #keptAfter(): number {
    if (POLLED.has(this.model)) return POLLED_AFTER_EXPIRY;
    return this.model === 'PushedAuthorizationRequest' ? this.context.interactionTtl : 0;
  }

  #toPayload(row: StoredArtifact, id: string | undefined): AdapterPayload {
    const stored = JSON.parse(row.payload) as AdapterPayload & { sealed?: string };
    const payload = stored.sealed === undefined ? stored : this.#unseal(row.key, stored.sealed);
    return id === undefined ? payload : { ...payload, jti: id };
  }

  #unseal(key: string, sealed: string): AdapterPayload {
    const opened = this.context.vault.open('artifact-payloads', Buffer.from(sealed, 'base64'), bytes(key));
    return JSON.parse(opened.toString()) as AdapterPayload;
  }
}

function bytes(hex: string): Buffer {
  return Buffer.from(hex, 'hex');
}
