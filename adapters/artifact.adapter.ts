import { type Adapter, type AdapterPayload, errors, Provider } from 'oidc-provider';
import type { Vault } from '../src/platform/crypto/sealing.js';
import { artifactKey, type ModelName, MODELS } from './artifact.models.js';
import type { ArtifactRow, StoredArtifact } from './artifact.repository.js';
import type { ArtifactStore } from './artifact.store.js';
import { forEngine } from './engine-errors.js';
import { successorOf } from './refresh-successor.js';
import { RequestMemory } from './request-memory.js';
import { heldWrites } from './request-writes.js';

/** What the adapters of all models share. */
export interface ArtifactContext {
  store: ArtifactStore;
  vault: Vault;
  /** Seconds in which a rotated refresh token still yields its successor, while that is unused. */
  refreshGrace: number;
  /**
   * What was issued to the live client before this is dead; in milliseconds since the epoch, 0 if never, undefined when there
   * is no such client. Within a request the answer stays the same.
   */
  clientTokensValidAfter(clientId: string): Promise<number | undefined>;
  /** Told whose account the request is going to need. */
  expectAccount(accountId: string): void;
}

type Found = Promise<StoredArtifact | undefined>;

/** Grants and sessions that were asked for together with what comes before them, by key and by uid. */
const expected = new RequestMemory<Found>();

const NOT_TOKENS: ReadonlySet<ModelName> = new Set(['Session', 'Grant', 'Interaction']);

/** U+0000 and halves of surrogate pairs, as JSON writes them; PostgreSQL cannot store them. */
const NOT_TEXT = /\\u(?:0000|d[89a-f][0-9a-f]{2})/;

/**
 * oidc-provider's storage for one model. What the engine keeps under an id is stored under the id's hash, without the
 * id; `find` puts back the one that was presented. What belongs to a client carries the client's `notBefore` as the
 * request saw it that wrote it, and is found only as long as the client still has that: so what a request writes after the
 * client was deleted or narrowed never becomes valid, whenever it arrives and whatever happens to the client.
 */
export class ArtifactAdapter implements Adapter {
  constructor(
    private readonly model: ModelName,
    private readonly context: ArtifactContext,
  ) {}

  async upsert(id: string, payload: AdapterPayload, expiresIn: number): Promise<void> {
    await forEngine(async () => {
      const row = this.#toRow(id, await this.#stamped(payload), expiresIn);
      if (this.model !== 'ReplayDetection') {
        const held = heldWrites();
        if (!held) return this.context.store.upsert(row);
        held.rows.push(row);
        return;
      }
      if (await this.context.store.repository.insertOnce(row)) return;
      throw new errors.InvalidClientAuth('client assertion tokens must only be used once');
    });
  }

  find(id: string): Promise<AdapterPayload | undefined> {
    return forEngine(async () => {
      const key = artifactKey(this.model, id);
      const row = await (expected.take(key) ?? this.context.store.find(key));
      if (!row) return undefined;
      const payload = this.#toPayload(row, id);
      this.#expect(payload);
      if (!(await this.#isValid(payload))) return undefined;
      if (row.consumedAt !== null && !(await this.#inGrace(row, id))) payload.consumed = row.consumedAt;
      return payload;
    });
  }

  /** Sessions only. The id, which is the cookie, is neither stored nor needed: the engine only reads what it finds. */
  findByUid(uid: string): Promise<AdapterPayload | undefined> {
    return forEngine(async () => {
      const row = await (expected.take(uid) ?? this.context.store.findSession(uid));
      return row && this.#toPayload(row, undefined);
    });
  }

  /** Device codes only. The engine goes on to save what it finds, so the id comes back from its sealed copy. */
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
   * Exactly one caller on any node consumes a code or token. Throws InvalidGrant for the others, be it when the request's
   * writes are made, and revokes what was issued, as the engine does for a replay that it sees (RFC 6749 section 4.1.2, RFC
   * 9700 section 4.14.2).
   */
  consume(id: string): Promise<void> {
    return forEngine(async () => {
      const key = artifactKey(this.model, id);
      const lost = () => this.#lost(key, id);
      const held = heldWrites();
      if (held) held.consumed = { key, lost };
      else if (!(await this.context.store.consume(key, []))) await lost();
    });
  }

  /**
   * The engine destroys an access or refresh token to revoke what came with it, and does that in later steps. A revocation
   * that is cut off between them could not be made again, because its token is not found any more. So all of it goes here:
   * the grant first, then, in one statement, its tokens and this one (RFC 7009 section 2.1).
   */
  destroy(id: string): Promise<void> {
    return forEngine(async () => {
      const { store } = this.context;
      const key = artifactKey(this.model, id);
      const endsGrant = this.model === 'RefreshToken';
      const grantId =
        endsGrant || this.model === 'AccessToken' ? (await store.find(key))?.grantId : undefined;
      if (!grantId) return store.destroy(key);
      if (endsGrant) await store.destroy(artifactKey('Grant', grantId));
      await store.revokeByGrantId(grantId);
    });
  }

  revokeByGrantId(grantId: string): Promise<void> {
    return forEngine(() => this.context.store.revokeByGrantId(grantId));
  }

  /** Somebody else consumed it. That is a replay, and ends all that was issued, but for a refresh token in its grace. */
  async #lost(key: string, id: string): Promise<void> {
    const row = await this.context.store.find(key);
    if (row && (await this.#inGrace(row, id))) return;
    if (row?.grantId) await this.#revoke(row.grantId);
    throw new errors.InvalidGrant('it was used already');
  }

  /** Asks for what the engine will ask for next because of what was found, all at once. */
  #expect({ grantId, accountId, sessionUid, expiresWithSession }: AdapterPayload): void {
    if (!grantId || NOT_TOKENS.has(this.model) || !Provider.ctx) return;
    const { store } = this.context;
    const grantKey = artifactKey('Grant', grantId);
    keep(grantKey, store.find(grantKey));
    if (expiresWithSession && sessionUid) keep(sessionUid, store.findSession(sessionUid));
    if (accountId) this.context.expectAccount(accountId);
  }

  async #stamped(payload: AdapterPayload): Promise<AdapterPayload> {
    if (payload.clientId === undefined) return payload;
    // A client that is gone gets a stamp that no client has.
    const clientTokensValidAfter = (await this.context.clientTokensValidAfter(payload.clientId)) ?? -1;
    return clientTokensValidAfter === 0 ? payload : { ...payload, clientTokensValidAfter };
  }

  async #isValid({ clientId, clientTokensValidAfter = 0 }: AdapterPayload): Promise<boolean> {
    return (
      clientId === undefined ||
      (await this.context.clientTokensValidAfter(clientId)) === clientTokensValidAfter
    );
  }

  async #revoke(grantId: string): Promise<void> {
    const { store } = this.context;
    await Promise.all([store.revokeByGrantId(grantId), store.destroy(artifactKey('Grant', grantId))]);
  }

  /** A rotated refresh token whose successor nobody used yet, for as long as the grace lasts. */
  async #inGrace(row: StoredArtifact, id: string): Promise<boolean> {
    const { refreshGrace, store, vault } = this.context;
    if (this.model !== 'RefreshToken' || row.consumedFor === null || row.consumedFor >= refreshGrace)
      return false;
    const successor = await store.find(artifactKey('RefreshToken', successorOf(vault, id)));
    return successor?.consumedAt === null;
  }

  #toRow(id: string, payload: AdapterPayload, expiresIn: number): ArtifactRow {
    const { vault } = this.context;
    const key = artifactKey(this.model, id);
    const { userCode, ...kept }: AdapterPayload = { ...payload };
    delete kept.jti;
    delete kept.consumed;
    const isToken = !NOT_TOKENS.has(this.model);
    // An interaction holds the session's cookie, the device code and its own id in a URL.
    const stored =
      this.model === 'Interaction'
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
      uid: this.model === 'Session' ? (kept.uid ?? null) : null,
      userCode: userCode === undefined ? null : vault.digest('user-codes', userCode).toString('hex'),
      sealedId:
        this.model === 'DeviceCode' ? vault.seal('artifact-ids', id, bytes(key)).toString('hex') : null,
      expiresAt: payload.exp ?? Date.now() / 1000 + expiresIn,
    };
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

function keep(key: string, found: Found): void {
  // Whoever takes it hears of a failure; nobody has to.
  found.catch(() => undefined);
  expected.set(key, found);
}
