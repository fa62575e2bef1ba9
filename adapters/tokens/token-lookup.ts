import type { AdapterPayload } from 'oidc-provider';
import { artifactKey, type ModelName } from '../artifact.models.js';
import { isInGrace, type RefreshGrace } from '../refresh-grace.js';

const KINDS = ['AccessToken', 'ClientCredentials', 'RefreshToken'] as const satisfies readonly ModelName[];

/** The claim of our JWT access tokens of people that names their grant. */
const GRANT_CLAIM = 'grant_id';

/**
 * Names the grant in a JWT access token, so that it can be seen whether it was taken back. It is the key of the grant's row
 * and of no other use: not the id, which is stored nowhere but with its tokens.
 */
export function grantClaim(grantId: string): { [GRANT_CLAIM]: string } {
  return { [GRANT_CLAIM]: Buffer.from(artifactKey('Grant', grantId), 'hex').toString('base64url') };
}

/** An opaque token as it is stored, not expired and not used up. */
export interface StoredToken {
  kind: (typeof KINDS)[number];
  payload: AdapterPayload & { clientId: string };
}

/** What is needed of a verified JWT access token. */
export type GrantedClaims = { [GRANT_CLAIM]?: unknown; client_id?: unknown; sub?: unknown };

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

  /**
   * Whether the grant that a JWT access token of a person names still exists and is of its client and account. True for a
   * token that names none: a client's own, or one that was issued by an earlier version.
   *
   * @param tokensValidAfter what the token's client has (see `LiveClient`); undefined when it was checked already
   */
  async isGranted(claims: GrantedClaims, tokensValidAfter?: number): Promise<boolean> {
    const { [GRANT_CLAIM]: claim, client_id: clientId, sub: accountId } = claims;
    if (claim === undefined) return true;
    if (typeof claim !== 'string') return false;
    const key = Buffer.from(claim, 'base64url').toString('hex');
    return (await this.#grantAt(key, { clientId, accountId }))(tokensValidAfter);
  }

  async #grant({ grantId, clientId, accountId }: AdapterPayload): Promise<(validAfter: number) => boolean> {
    if (!grantId) return () => true;
    return this.#grantAt(artifactKey('Grant', grantId), { clientId, accountId });
  }

  async #grantAt(
    key: string,
    { clientId, accountId }: { clientId: unknown; accountId: unknown },
  ): Promise<(validAfter?: number) => boolean> {
    const row = await this.context.store.find(key);
    if (!row) return () => false;
    const grant = JSON.parse(row.payload) as AdapterPayload;
    return (validAfter) =>
      grant.kind === 'Grant' &&
      !isExpired(grant) &&
      (validAfter === undefined || (grant.clientTokensValidAfter ?? 0) === validAfter) &&
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
