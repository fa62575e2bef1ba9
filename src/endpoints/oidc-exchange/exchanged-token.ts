import type { Provider, TokenEndpointGrantContext } from 'oidc-provider';
import { stateOf } from '../../../adapters/request-state.js';
import type { AuthorizationDetail } from '../../registry/authorization-details/detail-check.js';
import type { ApiRecord } from '../../registry/apis/api-record.js';
import { TOKEN_EXCHANGE } from '../../settings/protocol/grant-types.js';
import { outsideSubject } from '../../tenancy/access/subjects.js';
import { OUTSIDE_TOKEN } from '../../tenancy/admin-tokens/client-token.js';
import { resourceServer } from '../oidc-resources/resource-servers.js';
import type { ExchangeParts } from './exchange-parts.js';
import { NOT_VALID, type PresentedToken, tokenRefused } from './presented-token.js';

/** What a token is made of. */
interface Exchanged {
  parts: ExchangeParts;
  api: ApiRecord;
  subject: PresentedToken;
  act: object | undefined;
  scopes: readonly string[];
  rar: readonly AuthorizationDetail[];
}

type Issued = InstanceType<Provider['AccessToken']> | InstanceType<Provider['ClientCredentials']>;

/**
 * The access token of an exchange, not saved yet. One of a person belongs to the grant and the session of the subject
 * token, so that it ends with them; one for a subject of another issuer belongs to the client. It never lives longer than
 * the subject token.
 */
export function exchangedToken(
  provider: Provider,
  ctx: TokenEndpointGrantContext,
  { parts, api, subject, act, scopes, rar }: Exchanged,
): Issued {
  const { client } = ctx.oidc;
  const { grant } = subject;
  const now = Math.floor(Date.now() / 1000);
  const ttl = api.accessTokenTtl ?? (grant ? parts.ttl.accessToken : parts.ttl.clientCredentials);
  const left = Math.min(subject.expiresAt, grant?.exp ?? Infinity) - now;
  if (left < 1) throw tokenRefused('subject_token', NOT_VALID);
  const common = { client, scope: scopes.join(' ') || undefined, expiresIn: Math.min(ttl, left) };
  const token = grant
    ? new provider.AccessToken({
        ...common,
        ...subject.session,
        accountId: subject.subject,
        grantId: grant.jti,
        gty: TOKEN_EXCHANGE,
      })
    : new provider.ClientCredentials(common);
  if (rar.length > 0) token.rar = [...rar];
  token.resourceServer = new provider.ResourceServer(api.audience, resourceServer(api, scopes));
  stateOf(ctx).tokenClaims = { ...ownClaims(client.clientId, subject), ...(act ? { act } : {}) };
  return token;
}

/** What tells the sign-in and the grant behind a person's token, or the subject of another issuer. */
function ownClaims(clientId: string, { claims, client, issuer, subject }: PresentedToken): object {
  if (issuer !== undefined) return { sub: outsideSubject(issuer, subject), ...OUTSIDE_TOKEN };
  const { auth_time: authTime, acr, grant_client_id: earlier } = claims;
  const ofGrant = typeof earlier === 'string' ? earlier : client?.record.clientId;
  return {
    ...(authTime === undefined ? {} : { auth_time: authTime }),
    ...(acr === undefined ? {} : { acr }),
    ...(ofGrant === clientId ? {} : { grant_client_id: ofGrant }),
  };
}
