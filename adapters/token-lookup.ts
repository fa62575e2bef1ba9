import type { AdapterPayload } from 'oidc-provider';
import { artifactKey, type ModelName } from './artifact.models.js';
import { isInGrace, type RefreshGrace } from './refresh-grace.js';

const KINDS = ['AccessToken', 'ClientCredentials', 'RefreshToken'] as const satisfies readonly ModelName[];

/** An opaque token as it is stored, not expired and not used up. */
export interface StoredToken {
  kind: (typeof KINDS)[number];
  payload: AdapterPayload & { clientId: string };
}

/**
 * Reads opaque tokens without the engine. Reads that are made at the same time, also of other requests, share a statement.
 * What is found is good by itself; `isBacked` tells whether what it depends on still exists.
 */
export class TokenLookup {
  constructor(private readonly context: RefreshGrace) {}

  /** The access or refresh token with this value, of whichever kind. */
  async find(value: string): Promise<StoredToken | undefined> {
    const { store } = this.context;
    const rows = await Promise.all(KINDS.map((kind) => store.find(artifactKey(kind, value))));
    for (const [index, kind] of KINDS.entries()) {
      const row = rows[index];
      if (!row) continue;
      const payload = JSON.parse(row.payload) as AdapterPayload;
      const used = row.consumedAt !== null && !(await isInGrace(this.context, kind, row, value));
      if (used || isExpired(payload) || payload.clientId === undefined) return undefined;
      return { kind, payload: { ...payload, clientId: payload.clientId } };
    }
    return undefined;
  }

  /**
   * Whether the token's grant, and the session that it ends with, exist and are of its client and account.
   *
   * @param tokensValidAfter what the token's client has (see `LiveClient`)
   */
  async isBacked({ payload }: StoredToken, tokensValidAfter: number): Promise<boolean> {
    if ((payload.clientTokensValidAfter ?? 0) !== tokensValidAfter) return false;
    const [grant, session] = await Promise.all([this.#grant(payload), this.#session(payload)]);
    return grant(tokensValidAfter) && session;
  }

  async #grant({ grantId, clientId, accountId }: AdapterPayload): Promise<(validAfter: number) => boolean> {
    if (!grantId) return () => true;
    const row = await this.context.store.find(artifactKey('Grant', grantId));
    if (!row) return () => false;
    const grant = JSON.parse(row.payload) as AdapterPayload;
    return (validAfter) =>
      !isExpired(grant) &&
      (grant.clientTokensValidAfter ?? 0) === validAfter &&
      grant.clientId === clientId &&
      grant.accountId === accountId;
  }

  async #session(token: AdapterPayload): Promise<boolean> {
    if (!token.expiresWithSession) return true;
    const row = token.sessionUid ? await this.context.store.findSession(token.sessionUid) : undefined;
    if (!row) return false;
    const session = JSON.parse(row.payload) as AdapterPayload;
    return (
      !isExpired(session) &&
      session.accountId === token.accountId &&
      session.authorizations?.[token.clientId ?? '']?.grantId === token.grantId
    );
  }
}

function isExpired({ exp }: AdapterPayload): boolean {
  return exp !== undefined && exp <= Date.now() / 1000;
}
