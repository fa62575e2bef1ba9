import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { Provider } from 'oidc-provider';

const ENGINE = dirname(dirname(createRequire(import.meta.url).resolve('oidc-provider')));
const PATCHES = ['oidc-patches', 'oidc-session-patches', 'oidc-token-patches'].map((name) =>
  join('src', 'endpoints', name),
);

/** The lines of the engine that the patches name, with what they rely on there. */
const LINES: Record<string, string> = {
  'lib/actions/discovery.js:15': "code_challenge_methods_supported: ['S256'],",
  'lib/actions/introspection.js:75': 'ctx.body = { active: false };',
  'lib/actions/jwks.js:5': 'ctx.body = { keys };',
  'lib/actions/revocation.js:33': "ctx.body = '';",
  'lib/helpers/errors.js:97': "error_description = 'grant request is invalid';",
  'lib/helpers/grant_source.js:13': 'throw new InvalidGrant(`${label} not found`);',
  'lib/helpers/pkce.js:27': 'throw new InvalidGrant({ cause });',
  'lib/actions/grants/authorization_code.js:55':
    "throw new InvalidGrant('authorization code redirect_uri mismatch');",
  'lib/helpers/grant_common.js:175': 'if (conformIdTokenClaims && userinfo.enabled && !at.aud) {',
  'lib/helpers/process_response_types.js:157': 'if (conformIdTokenClaims && userinfo.enabled',
  'lib/response_modes/form_post.js:21': '<title>Submitting Callback</title>',
  'lib/helpers/router.js:206': 'if (!matched) return next();',
  'lib/shared/check_resource.js:77': 'resourceServers[identifier] = new provider.ResourceServer(',
  'lib/shared/reject_structured_tokens.js:13': 'if (tokenIsJWT) {',
  'lib/actions/authorization/index.js:112': 'use(processRequestObject,',
  'lib/helpers/initialize_app.js:159': "const authorization = getAuthorization('authorization');",
  'lib/helpers/validate_dpop.js:43': 'epochTime() + CHALLENGE_OK_WINDOW,',
  'lib/helpers/validate_dpop.js:125': 'const expected = new URL(ctx.oidc.urlFor(ctx.oidc.route)).href;',
  'lib/models/replay_detection.js:17': 'const found = await this.find(id);',
  'lib/actions/authorization/interactions.js:15': 'const { policy, url: interactionUrl } =',
  'lib/actions/authorization/interactions.js:98': 'const uid = nanoid();',
  'lib/actions/authorization/resume.js:103': 'session.loginAccount({',
  'lib/actions/authorization/index.js:136': 'use(assignClaims,',
  'lib/actions/authorization/index.js:138': 'use(loadAccount,',
  'lib/actions/authorization/resume.js:111': 'session.resetIdentifier();',
  'lib/actions/authorization/scopes.js:39': "scopes.splice(scopes.indexOf('offline_access'), 1);",
  'lib/actions/authorization/sender_constraints.js:16':
    'if (!params.code_challenge_method && params.code_challenge)',
  'lib/actions/authorization/sender_constraints.js:21': "if (params.code_challenge_method !== 'S256')",
  'lib/actions/grants/refresh_token.js:112': "throw new InvalidGrant('refresh token already used');",
  'lib/actions/grants/refresh_token.js:122': 'await refreshToken.consume();',
  'lib/actions/grants/refresh_token.js:123': "ctx.oidc.entity('RotatedRefreshToken', refreshToken);",
  'lib/actions/grants/refresh_token.js:153': 'refreshTokenValue = await refreshToken.save();',
  'lib/actions/token.js:77': 'async function validateScope(ctx, next) {',
  'lib/actions/token.js:85': 'checkRar,',
  'lib/actions/token.js:115': 'await grantTypeHandlers.get(grantType)(ctx);',
  'lib/actions/end_session.js:137': 'client.backchannelLogout(accountId, sid)',
  'lib/actions/end_session.js:71': 'client.postLogoutRedirectUriAllowed(params.post_logout_redirect_uri)',
  'lib/models/client.js:442': 'async backchannelLogout(sub, sid) {',
  'lib/models/session.js:85': 'async save(ttl) {',
  'lib/models/session.js:109': 'await super.destroy();',
  'lib/helpers/initialize_app.js:60': 'await ctx.oidc.session.persist();',
  'lib/helpers/initialize_app.js:130': 'this.registerGrantType(',
  'lib/models/base_model.js:79': 'this.jti = this.generateTokenId();',
  'lib/models/client.js:543': 'compareClientSecret(actual) {',
  'lib/models/client.js:572': 'static async find(id) {',
  'lib/models/session.js:91': 'await this.adapter.destroy(this.oldId);',
  'lib/shared/client_auth.js:150':
    "throw new InvalidRequest('client_secret must be provided in the Authorization header');",
  'lib/shared/client_auth.js:237': 'await ctx.oidc.client.compareClientSecret(clientSecret)',
  'lib/shared/error_handler.js:45': 'generateXsrf(ctx, () => {});',
  'lib/models/session.js:103': 'persist can only be called on previously persisted Sessions',
  'lib/shared/error_handler.js:64': 'provider.emit(eventName, ctx, err);',
  'lib/shared/selective_body.js:24': "throw new Error('request entity too large');",
  'lib/shared/selective_body.js:33': "throw new Error('request entity too large');",
  'lib/shared/selective_body.js:80':
    "throw new InvalidRequest('failed to parse the request body', undefined, { cause });",
  'lib/shared/session.js:48': 'await ctx.oidc.session.save(ttl);',
};

/** Names and texts of the engine that our code matches or reads without a type that says so, and where they come from. */
const TEXTS: [file: string, text: string][] = [
  ['lib/response_modes/form_post.js', '<form method="post" action="${htmlSafe(action)}">'],
  ['lib/response_modes/form_post.js', '<noscript>'],
  ['lib/shared/xsrf.js', "new InvalidRequest('xsrf token invalid')"],
  ['lib/shared/xsrf.js', 'ctx.oidc.session.state = { secret };'],
  ['lib/actions/end_session.js', 'ctx.oidc.session.state.postLogoutRedirectUri ='],
  ['lib/helpers/defaults.js', 'ip: ctx.ip,'],
  ['lib/helpers/defaults.js', "ua: ctx.get('user-agent'),"],
  ['lib/helpers/errors.js', 'export class SessionNotFound extends InvalidRequest {}'],
  ['lib/helpers/re_render_errors.js', 'if (userCode) this.userCode = userCode;'],
  ['lib/helpers/re_render_errors.js', 'this.name = this.constructor.name;'],
  ...['NoCode', 'NotFound', 'Expired', 'AlreadyUsed', 'Aborted'].map((name): [string, string] => [
    'lib/helpers/re_render_errors.js',
    `export class ${name}Error extends ReRenderError {`,
  ]),
  ...['missingOIDCScope', 'missingOIDCClaims', 'missingResourceScopes'].map((name): [string, string] => [
    'lib/helpers/interaction_policy/prompts/consent.js',
    `({ ${name}: oidc[${name}] })`,
  ]),
  ['lib/helpers/interaction_policy/prompts/consent.js', "new Check('rar_prompt'"],
  ['lib/helpers/grant_authorization.js', 'authorizationDetailsForAccessToken('],
  ['lib/actions/authorization/index.js', 'use(checkRar,'],
  ['lib/helpers/oidc_context.js', 'this.ctx = ctx;'],
  ['lib/helpers/oidc_context.js', 'urlFor(name, opt) {'],
  ['lib/helpers/oidc_context.js', 'get requestParamScopes() {'],
  ['lib/helpers/oidc_context.js', 'get requestParamOIDCScopes() {'],
  ['lib/actions/token.js', "emit('grant.success', ctx)"],
  ['lib/actions/authorization/device.js', "emit('authorization.success', ctx)"],
  ['lib/actions/authorization/device.js', "emit('device_authorization.success', ctx, ctx.body)"],
  ['lib/actions/authorization/respond.js', "emit('authorization.success', ctx, out)"],
  ['lib/shared/authorization_error_handler.js', "emit('authorization.error', ctx, err)"],
  ['lib/shared/authorization_error_handler.js', "emit('server_error', ctx, err)"],
  ['lib/shared/error_handler.js', "emit('server_error', ctx, err)"],
  ...[
    'code_verification',
    'device_authorization',
    'end_session',
    'end_session_confirm',
    'grant',
    'introspection',
    'pushed_authorization_request',
    'revocation',
    'userinfo',
  ].map((name): [string, string] => ['lib/helpers/initialize_app.js', `error('${name}.error')`]),
  ['lib/actions/authorization/index.js', 'use(checkScope,'],
  ...['authorization', 'resume', 'device_authorization', 'pushed_authorization_request'].map(
    (route): [string, string] => ['lib/helpers/initialize_app.js', `getAuthorization('${route}')`],
  ),
  ['lib/helpers/initialize_app.js', "post('token', routes.token,"],
  ['lib/helpers/initialize_app.js', "post('end_session_confirm',"],
  ['lib/helpers/initialize_app.js', "get('code_verification',"],
  ['lib/helpers/initialize_app.js', 'return als.run(ctx, () => next());'],
  // An exchanged token is read without its grant, so that revoking it ends it alone.
  ['lib/shared/client_auth.js', "InvalidClientAuth('client not found')"],
  ['lib/shared/client_auth.js', "InvalidClientAuth('the provided authentication mechanism does not match"],
  ['lib/actions/authorization/client.js', "InvalidClient('client is invalid', 'client not found')"],
  // The details of refused grants, by which their descriptions are found.
  ...['client mismatch', 'grant not found', 'grant is expired'].map((detail): [string, string] => [
    'lib/helpers/grant_source.js',
    `InvalidGrant('${detail}')`,
  ]),
  ['lib/helpers/grant_source.js', 'InvalidGrant(`${label} already consumed`)'],
  ...[
    'code_verifier must be provided',
    'unsupported code_challenge_method',
    'code_verifier does not match code_challenge',
  ].map((detail): [string, string] => ['lib/helpers/pkce.js', `new Error('${detail}')`]),
  ['lib/actions/grants/authorization_code.js', "InvalidGrant('authorization code is expired')"],
  ...[
    'client mismatch',
    'refresh token not found',
    'refresh token is expired',
    'mutual TLS client certificate not provided',
    'failed x5t#S256 verification',
    'failed jkt verification',
  ].map((detail): [string, string] => ['lib/actions/grants/refresh_token.js', `InvalidGrant('${detail}')`]),
  ['lib/helpers/grant_common.js', 'InvalidGrant(`${entityLabel} invalid (referenced account not found)`)'],
  ['lib/helpers/grant_common.js', "InvalidGrant('missing DPoP proof JWT')"],
  ['lib/helpers/grant_common.js', "InvalidGrant('DPoP proof key thumbprint does not match dpop_jkt')"],
  ['lib/helpers/sender_constraints.js', "ErrorClass('DPoP proof JWT not provided')"],
  ['lib/helpers/sender_constraints.js', "ErrorClass('mutual TLS client certificate not provided')"],
  ['lib/helpers/revoke.js', 'if (!grantId) {'],
];

function engineFile(name: string): string {
  return readFileSync(join(ENGINE, name), 'utf8');
}

describe('a private or replaced member of the engine is where it was:', () => {
  const provider = new Provider('https://op.example', {
    cookies: { keys: ['a key'] },
    features: { devInteractions: { enabled: false } },
  });
  test.each<[string, object, string]>([
    ['Session.prototype.resetIdentifier', provider.Session.prototype, 'resetIdentifier'],
    ['RefreshToken.prototype.generateTokenId', provider.RefreshToken.prototype, 'generateTokenId'],
    ['Client.prototype.compareClientSecret', provider.Client.prototype, 'compareClientSecret'],
    ['Client.prototype.backchannelLogout', provider.Client.prototype, 'backchannelLogout'],
    ['IdToken.prototype.issue', provider.IdToken.prototype, 'issue'],
    ['Session.prototype.save', provider.Session.prototype, 'save'],
    ['Session.prototype.persist', provider.Session.prototype, 'persist'],
    ['Session.prototype.destroy', provider.Session.prototype, 'destroy'],
    ['Client.find', provider.Client, 'find'],
    ['Provider.prototype.registerGrantType', Provider.prototype, 'registerGrantType'],
    ['ReplayDetection.unique', provider.ReplayDetection, 'unique'],
    ['provider.use', provider, 'use'],
    ['provider.urlFor', provider, 'urlFor'],
  ])('%s', (_name, holder, member) => {
    expect(typeof (holder as Record<string, unknown>)[member]).toBe('function');
  });

  test('Provider.ctx, which is undefined outside of a request', () => {
    expect(Reflect.getOwnPropertyDescriptor(Provider, 'ctx')?.get).toBeInstanceOf(Function);
    expect(Provider.ctx).toBeUndefined();
  });
});

describe('the engine still has, where a patch says so,', () => {
  test.each(Object.entries(LINES))('%s: %s', (reference, text) => {
    const [file, line] = reference.split(':') as [string, string];
    expect(engineFile(file).split('\n')[Number(line) - 1]).toContain(text);
  });
});

test.each(TEXTS)('%s still has: %s', (file, text) => {
  expect(engineFile(file)).toContain(text);
});

test('each patch names its lines of the engine and its test, and each line that it names is checked here', () => {
  const files = PATCHES.flatMap((folder) => readdirSync(folder).map((name) => join(folder, name)));
  for (const file of files) {
    const source = readFileSync(file, 'utf8');
    const comments = source.match(/\/\*\*.*?\*\//gs)?.join('\n') ?? '';
    let path = '';
    const named: string[] = [];
    for (const [word, line] of comments.matchAll(/lib\/[\w/]+\.js|:(\d+)/g)) {
      if (line === undefined) path = word;
      else named.push(`${path}:${line}`);
    }
    expect([file, named.length > 0, /Test: test\//.test(comments)]).toEqual([file, true, true]);
    expect([file, named.filter((reference) => !(reference in LINES))]).toEqual([file, []]);
  }
});
