import type { JWTVerifyGetKey } from 'jose';
import type { StoredToken, TokenLookup } from '../../../adapters/tokens/token-lookup.js';
import type { LiveClient } from '../../registry/live-clients/live-client.js';
import type { LiveClientsService } from '../../registry/live-clients/live-clients.service.js';
import type { ClientSubjectsService } from '../../registry/client-subjects/client-subjects.service.js';
import type { ApisService } from '../../registry/apis/apis.service.js';
import type { AccessService } from '../../tenancy/access/access.service.js';
import { mayAuthorizeClient } from '../oidc-interactions/membership.js';
import { isJwt, verifyAccessToken } from './access-token-jwt.js';

/** What `IntrospectionService` needs. */
export interface IntrospectionDependencies {
  issuer: string;
  tokens: TokenLookup;
  ownKeys: JWTVerifyGetKey;
  liveClients: Pick<LiveClientsService, 'find'>;
  apis: Pick<ApisService, 'findByAudience'>;
  access: Pick<AccessService, 'isMember'>;
  clientSubjects: ClientSubjectsService;
}

/** An answer of RFC 7662 section 2.2. */
export type IntrospectionAnswer = { active: boolean } & Record<string, unknown>;

/** A token with the answer about it, before it is known whether its client is live and the caller may have it. */
interface Described {
  clientId: string;
  /** The account of the person, or what the token calls it; undefined in a token of a client. */
  subject: string | undefined;
  audience: unknown;
  /** Only the token's own client may introspect it. */
  private: boolean;
  isValidFor(client: LiveClient, accountId: string | undefined): boolean | Promise<boolean>;
  /** The answer without the `sub` of a person. */
  answer: Omit<IntrospectionAnswer, 'active'>;
}

const INACTIVE: IntrospectionAnswer = { active: false };

/**
 * Tells clients about tokens of this server, opaque ones and JWT access tokens (RFC 7662). About others, and to others
 * than those who may know, every answer is `{"active": false}`.
 */
export class IntrospectionService {
  constructor(private readonly deps: IntrospectionDependencies) {}

  /** Reads the token, which may be done before it is known who asks. */
  async describe(token: string): Promise<Described | undefined> {
    const { issuer, ownKeys, tokens } = this.deps;
    if (!isJwt(token)) {
      const found = await tokens.find(token);
      return found && this.#describeStored(found);
    }
    const claims = await verifyAccessToken(token, issuer, ownKeys);
    if (!claims) return undefined;
    return {
      clientId: claims.client_id,
      subject: claims['sub_type'] === undefined ? claims.sub : undefined,
      audience: claims.aud,
      private: false,
      // A second is what `iat` has; a token of the same second is refused.
      isValidFor: ({ tokensValidAfter }, sub = claims.sub) =>
        Math.floor(tokensValidAfter / 1000) < claims.iat &&
        tokens.isGranted({ ...claims, sub }, tokensValidAfter),
      answer: { ...claims, token_type: tokenType(claims['cnf']) },
    };
  }

  /** What the client may know of the token. */
  async answer(caller: LiveClient, token: Described | undefined): Promise<IntrospectionAnswer> {
    if (!token) return INACTIVE;
    const { access, clientSubjects, liveClients } = this.deps;
    const isOwn = token.clientId === caller.record.clientId;
    if (!isOwn && (token.private || !isTrusted(caller))) return INACTIVE;
    const client = isOwn ? caller : await liveClients.find(token.clientId);
    if (!client) return INACTIVE;
    if (!isOwn && !(await this.#mayKnow(caller, client, token.audience))) return INACTIVE;
    const { subject } = token;
    if (subject === undefined)
      return (await token.isValidFor(client, undefined)) ? { active: true, ...token.answer } : INACTIVE;
    const accountId = await clientSubjects.accountOf(client.record, subject);
    if (accountId === undefined) return INACTIVE;
    const [isValid, isAllowed] = await Promise.all([
      token.isValidFor(client, accountId),
      mayAuthorizeClient(client, accountId, access),
    ]);
    if (!isValid || !isAllowed) return INACTIVE;
    return { active: true, ...token.answer, sub: await clientSubjects.subjectOf(client.record, accountId) };
  }

  #describeStored(token: StoredToken): Described {
    const { issuer, tokens } = this.deps;
    const { kind, payload } = token;
    const isRefreshToken = kind === 'RefreshToken';
    return {
      clientId: payload.clientId,
      subject: payload.accountId,
      audience: payload['aud'],
      private: isRefreshToken,
      isValidFor: ({ tokensValidAfter }) => tokens.isBacked(token, tokensValidAfter),
      answer: {
        ...payload.extra,
        client_id: payload.clientId,
        exp: payload.exp,
        iat: payload.iat,
        sid: payload.sid,
        iss: issuer,
        aud: payload['aud'],
        scope: payload.scope || undefined,
        authorization_details: payload['rar'],
        cnf: confirmationOf(payload),
        token_type: isRefreshToken ? undefined : tokenType(confirmationOf(payload)),
      },
    };
  }

  /** Clients of the organization of the token's client, and of the organization that runs the API it is for. */
  async #mayKnow(caller: LiveClient, client: LiveClient, audience: unknown): Promise<boolean> {
    if (caller.record.orgId === client.record.orgId) return true;
    if (typeof audience !== 'string') return false;
    return (await this.deps.apis.findByAudience(audience))?.orgId === caller.record.orgId;
  }
}

/** An operator registered it, and it has authenticated: anybody may register a client elsewhere, or name a public one. */
function isTrusted({ record }: LiveClient): boolean {
  return record.clientType === 'confidential' && record.registrationType === 'manual';
}

/** What an opaque token is bound to (RFC 7800, RFC 9449 section 6.2, RFC 8705 section 3.2). */
function confirmationOf(payload: Readonly<Record<string, unknown>>): object | undefined {
  const { jkt, 'x5t#S256': x5t } = payload;
  if (jkt !== undefined) return { jkt };
  return x5t === undefined ? undefined : { 'x5t#S256': x5t };
}

function tokenType(confirmation: unknown): 'Bearer' | 'DPoP' {
  return typeof confirmation === 'object' && confirmation !== null && 'jkt' in confirmation
    ? 'DPoP'
    : 'Bearer';
}
