import { Provider } from 'oidc-provider';

type IdToken = InstanceType<Provider['IdToken']> & {
  scope?: string;
  client?: Record<string, unknown>;
  issue(options: Parameters<InstanceType<Provider['IdToken']>['issue']>[0]): Promise<string>;
};

/**
 * Leaves the claims of the scopes out of the ID tokens of clients with `claims_in_id_token: false`, unless the request has
 * no access token for userinfo: response type `id_token`, or a token for an API (OpenID Connect Core section 5.4).
 *
 * Engine: lib/helpers/grant_common.js:175 and lib/helpers/process_response_types.js:157 decide by `conformIdTokenClaims`,
 * which is one value for all clients and false here. Test: test/endpoints/oidc-token-patches/id-token-claims.test.ts.
 */
export function scopeClaimsByClient(provider: Provider): void {
  const token = provider.IdToken.prototype as IdToken;
  const issue = Reflect.get<IdToken, 'issue'>(token, 'issue');
  token.issue = function (options) {
    if (options.use === 'idtoken' && this.client?.['claims_in_id_token'] === false && hasUserinfo())
      this.scope = 'openid';
    return issue.call(this, options);
  };
}

/** Whether what the request issues can be used at userinfo. */
function hasUserinfo(): boolean {
  const { params, entities } = Provider.ctx?.oidc ?? {};
  if (entities?.AccessToken) return entities.AccessToken.aud === undefined;
  return params?.['response_type'] !== 'id_token' && !params?.['resource'];
}
