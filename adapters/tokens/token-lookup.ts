import type { AdapterPayload } from 'oidc-provider';
import { artifactKey, type ModelName } from '../artifact.models.js';
import { isInGrace, type RefreshGrace } from '../refresh-grace.js';

const KINDS = ['AccessToken', 'ClientCredentials', 'RefreshToken'] as const satisfies readonly ModelName[];
type Kind = (typeof KINDS)[number];

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
  kind: Kind;
  payload: AdapterPayload & { clientId: string };
  /** The payload of its grant when the token was read, in JSON; null when it had none, or the grant was gone. */
  grant: string | null;
}

/** What is needed of a verified JWT access token. */
export type GrantedClaims = {
  [GRANT_CLAIM]?: unknown;
  client_id?: unknown;
  /** The client of the grant, where the token was exchanged by another one. */
  grant_client_id?: unknown;
  sub?: unknown;
};

/**
 * Reads opaque tokens without the engine. Reads that are made at the same time, also of other requests, share a statement.
 * What is found is good by itself; `isBacked` tells whether what it depends on exists, its grant when the token was read.
 */
export class TokenLookup {
  constructor(
    private readonly context: RefreshGrace,
    /** See `LiveClient.tokensValidAfter`; undefined when the client is deleted. */
    private readonly tokensValidAfterOf: (clientId: string) => Promise<number | undefined>,
  ) {}

  /** The access or refresh token with this value, of one of these kinds. */
  async find(value: string, kinds: readonly Kind[] = KINDS): Promise<StoredToken | undefined> {
    const { store } = this.context;
    const keys = kinds.map((kind) => artifactKey(kind, value));
    const row = await store.findFirstToken(keys);
    const kind = row && kinds[keys.indexOf(row.key)];
    if (!kind) return undefined;
    const payload = JSON.parse(row.payload) as AdapterPayload;
    const used = row.consumedAt !== null && !(await isInGrace(this.context, kind, row, value));
    if (used || isExpired(payload) || payload.clientId === undefined) return undefined;
    return { kind, payload: { ...payload, clientId: payload.clientId }, grant: row.grant };
  }

  /**
   * Whether the token's grant, and the session that it ends with, exist and are of its client and account.
   *
   * @param tokensValidAfter what the token's client has (see `LiveClient`)
   */
  async isBacked(token: StoredToken, tokensValidAfter: number): Promise<boolean> {
    if (token.payload.grantId) return (await this.backing(token))(tokensValidAfter) !== undefined;
    return (
      isCurrent(token, tokensValidAfter) &&
      (!token.payload.expiresWithSession || this.#hasSession(token.payload))
    );
  }

  /**
   * The grant of a person's token, if `isBacked` is true of the token; for callers that read the client of the token at
   * the same time and pass its `tokensValidAfter` then.
   */
  async backing(token: StoredToken): Promise<(tokensValidAfter: number) => AdapterPayload | undefined> {
    const { payload } = token;
    const { clientId, accountId } = payload;
    const checking = this.#validGrant(token.grant, { clientId, other: grantClient(payload), accountId });
    const [grant, session] = payload.expiresWithSession
      ? await Promise.all([checking, this.#hasSession(payload)])
      : [await checking, true];
    return (validAfter) => (session && isCurrent(token, validAfter) ? grant(validAfter) : undefined);
  }

  /**
   * Whether the grant that a JWT access token of a person names still exists and is of its client and account. True for a
   * token that names none: a client's own, or one that was issued by an earlier version.
   *
   * @param tokensValidAfter what the token's client has (see `LiveClient`); undefined when it was checked already
   */
  async isGranted(claims: GrantedClaims, tokensValidAfter?: number): Promise<boolean> {
    const { [GRANT_CLAIM]: claim, client_id: clientId, grant_client_id: other, sub: accountId } = claims;
    if (claim === undefined) return true;
    const key = keyOf(claims);
    if (key === undefined) return false;
    const row = await this.context.store.find(key);
    const grant = await this.#validGrant(row?.payload ?? null, { clientId, other, accountId });
    return grant(tokensValidAfter) !== undefined;
  }

  /** The id of the grant that a JWT access token of a person names; undefined when it names none, or one that is gone. */
  async grantIdOf(claims: GrantedClaims): Promise<string | undefined> {
    const key = keyOf(claims);
    return key === undefined ? undefined : ((await this.context.store.find(key))?.uid ?? undefined);
  }

  /** The id of the newest grant of this person to this client that has not expired. */
  newestGrantId(accountId: string, clientId: string): Promise<string | undefined> {
    return this.context.store.repository.newestGrant(accountId, clientId);
  }

  /** The grant of an exchanged token is that of another client, whose own changes end it. */
  async #validGrant(
    stored: string | null,
    { clientId, other, accountId }: { clientId: unknown; other: unknown; accountId: unknown },
  ): Promise<(validAfter?: number) => AdapterPayload | undefined> {
    if (stored === null) return () => undefined;
    const isOther = typeof other === 'string' && other !== clientId;
    const ofOther = isOther ? await this.tokensValidAfterOf(other) : undefined;
    if (isOther && ofOther === undefined) return () => undefined;
    const grant = JSON.parse(stored) as AdapterPayload;
    return (validAfter) => {
      const needed = isOther ? ofOther : validAfter;
      const isValid =
        grant.kind === 'Grant' &&
        !isExpired(grant) &&
        (needed === undefined || (grant.clientTokensValidAfter ?? 0) === needed) &&
        grant.clientId === (isOther ? other : clientId) &&
        grant.accountId === accountId;
      return isValid ? grant : undefined;
    };
  }

  /** Whether the session of a token that ends with it still exists. */
  async #hasSession(token: AdapterPayload): Promise<boolean> {
    const row = token.sessionUid ? await this.context.store.findSession(token.sessionUid) : undefined;
    if (!row) return false;
    const session = JSON.parse(row.payload) as AdapterPayload;
    return (
      !isExpired(session) &&
      session.accountId === token.accountId &&
      session.authorizations?.[grantClient(token) ?? token.clientId ?? '']?.grantId === token.grantId
    );
  }
}

/** Whether it was issued while its client was as it is now. */
function isCurrent({ payload }: StoredToken, tokensValidAfter: number): boolean {
  return (payload.clientTokensValidAfter ?? 0) === tokensValidAfter;
}

function isExpired({ exp }: AdapterPayload): boolean {
  return exp !== undefined && exp <= Date.now() / 1000;
}

/** The key of the grant that the claims name. */
function keyOf({ [GRANT_CLAIM]: claim }: GrantedClaims): string | undefined {
  return typeof claim === 'string' ? Buffer.from(claim, 'base64url').toString('hex') : undefined;
}

function grantClient({ extra }: AdapterPayload): string | undefined {
  const other = extra?.['grant_client_id'];
  return typeof other === 'string' ? other : undefined;
}
