import type { KoaContextWithOIDC, Provider } from 'oidc-provider';
import authorizationSteps from 'oidc-provider/lib/actions/authorization/index.js';
import tokenSteps from 'oidc-provider/lib/actions/token.js';

type Work = (ctx: KoaContextWithOIDC) => void | Promise<void>;

/**
 * What to do when an authorization request has been read, when its parameters are known, when their scope was checked, before the
 * account is read when an interaction goes on, and when the parameters of a token request are known.
 */
export interface RequestChecks {
  requestRead: Work;
  parametersRead: Work;
  scopeChecked: Work;
  interactionResumed: Work;
  tokenParametersRead: Work;
}

/** The endpoints that read the parameters of an authorization request. */
const ENDPOINTS = [
  'authorization',
  'device_authorization',
  'pushed_authorization_request',
  'backchannel_authentication',
] as const;
/** Those that go on after an interaction. */
const RESUMED = ['resume', 'device_resume'] as const;
const AFTER = {
  requestRead: 'rejectAuthorizationDupes',
  parametersRead: 'processRequestObject',
  scopeChecked: 'checkScope',
} as const;

/** By Provider, because the engine's lists are shared by all of them. */
const checks = new WeakMap<object, RequestChecks>();
let inserted = false;

/**
 * Has the engine call the checks when an authorization request has been read, and when its parameters are known, wherever
 * they came from: the query, a pushed request or a request object. The client is known then, and nothing was stored. At the token endpoint it
 * does so before the engine looks at the authorization details. To be called before the Provider is made.
 *
 * Engine: lib/actions/authorization/index.js:112 has the steps of each endpoint in a list that is shared by all Providers;
 * lib/helpers/initialize_app.js:159 copies it. After an interaction ours is between
 * lib/actions/authorization/index.js:136 and :138, at the token endpoint between lib/actions/token.js:77 and :85.
 * Test: test/endpoints/oidc-requests/requested-scopes.test.ts, and oidc-authorization-details/refused-details.test.ts.
 */
export function insertRequestSteps(): void {
  if (inserted) return;
  inserted = true;
  for (const endpoint of ENDPOINTS) {
    const steps = authorizationSteps(endpoint);
    for (const [name, after] of Object.entries(AFTER) as [keyof typeof AFTER, string][]) {
      insertAfter(steps, after, name);
    }
  }
  for (const endpoint of RESUMED)
    insertAfter(authorizationSteps(endpoint), 'assignClaims', 'interactionResumed');
  insertAfter(tokenSteps, 'validateScope', 'tokenParametersRead');
}

function insertAfter(steps: { name: string }[], after: string, name: keyof RequestChecks): void {
  const at = steps.findIndex((one) => one.name === after);
  steps.splice(at + 1, 0, step(name));
}

function step(name: keyof RequestChecks) {
  return async (ctx: KoaContextWithOIDC, next: () => Promise<void>): Promise<void> => {
    await checks.get(ctx.oidc.provider)?.[name](ctx);
    return next();
  };
}

/** The checks of this Provider. */
export function checkRequests(provider: Provider, own: RequestChecks): void {
  checks.set(provider, own);
}
