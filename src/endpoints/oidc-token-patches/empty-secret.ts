import { errors, type KoaContextWithOIDC } from 'oidc-provider';
import authorizationSteps from 'oidc-provider/lib/actions/authorization/index.js';
import introspectionSteps from 'oidc-provider/lib/actions/introspection.js';
import revocationSteps from 'oidc-provider/lib/actions/revocation.js';
import tokenSteps from 'oidc-provider/lib/actions/token.js';
import { parseBasic } from '../client-authentication/client-credentials.js';

type Next = () => Promise<void>;
type Step = (ctx: KoaContextWithOIDC, next: Next) => Promise<void> | void;

const STEP = 'authenticateClient';
/** The endpoints that read the parameters of an authorization request of a client that authenticates. */
const ENDPOINTS = [
  'device_authorization',
  'pushed_authorization_request',
  'backchannel_authentication',
] as const;

let replaced = false;

/**
 * Takes an Authorization header with a client_id and an empty secret for the client_id alone: it proves nothing, and names a
 * public client as `client_id` in the form does (RFC 6749 section 2.3.1 lets an empty secret be left out). To be called
 * before the Provider is made.
 *
 * Engine: lib/shared/client_auth.js:150 refuses it; the step is part of the list of each endpoint.
 * Test: test/endpoints/client-authentication/empty-secret.test.ts.
 */
export function acceptEmptySecrets(): void {
  if (replaced) return;
  replaced = true;
  const lists: Step[][] = [
    tokenSteps,
    revocationSteps,
    introspectionSteps,
    ...ENDPOINTS.map((endpoint) => authorizationSteps(endpoint)),
  ];
  for (const steps of lists) {
    const at = steps.findIndex(({ name }) => name === STEP);
    const authenticate = steps[at];
    if (authenticate) steps[at] = (ctx, next) => withoutEmptySecret(ctx, next, authenticate);
  }
}

/** Authenticates without the header; whatever follows sees the request as it was sent. */
async function withoutEmptySecret(ctx: KoaContextWithOIDC, next: Next, authenticate: Step): Promise<void> {
  const { authorization } = ctx.headers;
  const { params } = ctx.oidc;
  const named = authorization === undefined ? undefined : parseBasic(authorization);
  if (!params || !named || named.secret !== '' || params['client_secret'] || params['client_assertion'])
    return authenticate(ctx, next);
  params['client_id'] ??= named.clientId;
  if (params['client_id'] !== named.clientId) throw new errors.InvalidRequest('client_id mismatch');
  const restore = () => {
    ctx.headers.authorization = authorization;
  };
  delete ctx.headers.authorization;
  try {
    await authenticate(ctx, () => {
      restore();
      return next();
    });
  } finally {
    restore();
  }
}
