import type { StoredToken, TokenLookup } from '../../../adapters/tokens/token-lookup.js';
import type { AccountsService } from '../../identity/accounts/accounts.service.js';
import { claimsOf } from '../../identity/claims/claims.js';
import type { ClientSubjectsService } from '../../registry/client-subjects/client-subjects.service.js';
import type { LiveClient } from '../../registry/live-clients/live-client.js';
import type { LiveClientsService } from '../../registry/live-clients/live-clients.service.js';
import type { AccessService } from '../../tenancy/access/access.service.js';
import { mayAuthorizeClient } from '../oidc-interactions/membership.js';
import { claimsOfScopes } from '../../identity/claims/scope-claims.js';

/** What `UserinfoService` needs. */
export interface UserinfoDependencies {
  tokens: TokenLookup;
  liveClients: Pick<LiveClientsService, 'find'>;
  accounts: Pick<AccountsService, 'findActive'>;
  access: Pick<AccessService, 'isMember'>;
  clientSubjects: Pick<ClientSubjectsService, 'subjectOf'>;
}

/** What a token has that is answered in another way: it is bound to a key, for an API, exchanged, or asks for claims. */
const ENGINE_ONLY = ['jkt', 'x5t#S256', 'aud', 'extra', 'claims'];

/** Tells the claims of a person by a plain opaque access token (OpenID Connect Core section 5.3). */
export class UserinfoService {
  constructor(private readonly deps: UserinfoDependencies) {}

  /** The claims; undefined when the engine has to answer, because there is an error or more to the answer. */
  async claimsFor(value: string): Promise<object | undefined> {
    const { accounts, liveClients, tokens } = this.deps;
    const token = await tokens.find(value, ['AccessToken']);
    if (!token || !isPlain(token)) return undefined;
    const { accountId = '', clientId, scope = '' } = token.payload;
    const [client, account, grantFor] = await Promise.all([
      liveClients.find(clientId),
      accounts.findActive(accountId),
      tokens.backing(token),
    ]);
    const grant = client && grantFor(client.tokensValidAfter);
    if (!account || !grant || grant.rejected || !answersPlainly(client)) return undefined;
    if (!(await mayAuthorizeClient(client, accountId, this.deps.access))) return undefined;
    const ofToken = scope.split(' ');
    const { scope: consented = '' } = (grant.openid ?? {}) as { scope?: string };
    const granted = consented.split(' ').filter((name) => ofToken.includes(name));
    if (!granted.includes('openid')) return undefined;
    const sub = await this.deps.clientSubjects.subjectOf(client.record, accountId);
    return claimsOfScopes({ ...claimsOf(account), sub }, granted);
  }
}

function isPlain({ payload }: StoredToken): boolean {
  const { accountId, scope } = payload;
  const isPersons = accountId !== undefined && scope?.split(' ').includes('openid') === true;
  return isPersons && ENGINE_ONLY.every((name) => payload[name] === undefined);
}

/** Neither signed nor encrypted. */
function answersPlainly({ record }: LiveClient): boolean {
  return record.userinfoSignedResponseAlg === null && record.userinfoEncryptedResponseAlg === null;
}
