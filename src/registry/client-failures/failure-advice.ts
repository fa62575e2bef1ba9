import { adviceOnRequest } from './invalid-request-advice.js';

/** What is known of a failure and of its client. */
export interface FailedRequest {
  code: string;
  description: string | null;
  reason: string | null;
  redirectUri: string | null;
  postLogoutRedirectUri: string | null;
  scope: string | null;
  resource: string | null;
  secretHint: string | null;
  /** The hints of the client's secrets, the newer one first. */
  hints: readonly string[];
  /** The scopes that the client may ask for. */
  clientScopes: readonly string[];
}

/** What to do about failures, by their code. */
const ADVICE: Readonly<Record<string, string>> = {
  access_denied: 'A person refused, or may not use the client: look at its visibility and its members.',
  consent_required: 'Ordinary for prompt=none, before a person allowed the client.',
  expired_token: 'The device code was not confirmed in time; the device asks for another one.',
  interaction_required: 'Ordinary for prompt=none, when a person has to answer something.',
  invalid_authorization_details:
    'The client does not have the type, or a detail breaks its schema: the description names the entry.',
  invalid_client: 'The secret or the method of authentication is wrong: look at the secrets of the client.',
  invalid_grant:
    'A code or refresh token was used twice, too late, or with another redirect URI or verifier.',
  invalid_redirect_uri:
    'The redirect URI is not registered exactly like this: if it is the application’s, add it to the client.',
  invalid_request: 'A parameter is missing or wrong: the description says which.',
  invalid_scope: 'The client asked for a scope that it does not have: add it to the client.',
  invalid_target: 'The resource is no API of the catalogue, or the client has none of its scopes.',
  login_required: 'Ordinary for prompt=none, when nobody is signed in.',
  slow_down: 'The device polls more often than it was told, or wrong secrets were sent too often.',
  unauthorized_client: 'The client may not use this grant or response type: add it to the client.',
  unsupported_response_type: 'The client may not use this response type: code is right for nearly all.',
};

/** One sentence or two on what to do about a failure; about its code alone where nothing else is known. */
export function adviceFor(request: FailedRequest): string {
  return specificAdvice(request) ?? ADVICE[request.code] ?? 'Look at the description of the error.';
}

function specificAdvice({
  code,
  description,
  reason,
  redirectUri,
  postLogoutRedirectUri,
  scope,
  resource,
  secretHint,
  hints,
  clientScopes,
}: FailedRequest): string | undefined {
  if (code === 'invalid_redirect_uri' && redirectUri !== null)
    return `Asks for ${redirectUri}, which is not registered exactly like this: if it is the application’s, add it to the redirect URIs.`;
  if (code === 'invalid_request' && postLogoutRedirectUri !== null)
    return `Asks to go back to ${postLogoutRedirectUri} after the sign-out, which is not registered exactly like this: if it is the application’s, add it to the post-logout redirect URIs.`;
  if (code === 'invalid_scope' && scope !== null) {
    const missing = scope.split(' ').filter((name) => !clientScopes.includes(name));
    if (missing.length > 0)
      return `Asks for ${missing.join(', ')}, which the client does not have: add it to its scopes, or leave it out.`;
  }
  if (code === 'invalid_request' && description?.includes('allowed_cors_origins'))
    return 'A page of another origin asks for the client: add the origin to its allowed CORS origins.';
  if (reason?.startsWith('jwks_uri '))
    return 'The keys of the client cannot be fetched: the reason has the address and why. Mend what answers there, or change jwks_uri.';
  if (code === 'invalid_request' && description !== null) return adviceOnRequest(description);
  if (code === 'invalid_target' && resource !== null && description !== null)
    return adviceOnResource(resource, description);
  if (code === 'invalid_client' && secretHint !== null) return adviceOnSecret(secretHint, hints);
  return undefined;
}

function adviceOnResource(resource: string, description: string): string | undefined {
  if (description.startsWith('no API'))
    return `Asks for ${resource}, which is no API of the catalogue: create one with this audience, or have the application ask for another.`;
  if (description.includes('has no scopes'))
    return `Asks for the API ${resource}, which has no scopes: create one, and add it to the client.`;
  if (description.includes('none of the scopes'))
    return `Asks for the API ${resource}, of whose scopes the client has none: add one to the client. Clients that register themselves get those of APIs that are open to registration.`;
  return undefined;
}

function adviceOnSecret(sent: string, [newest, ...older]: readonly string[]): string | undefined {
  if (newest === undefined)
    return 'Sends a secret, but the client has none: look at its method of authentication.';
  if (sent === newest || older.includes(sent))
    return `Sends a secret that begins like ${sent}, which the client has: it is cut off, changed, or sent by the wrong method.`;
  const right = `Give it the one that begins with ${newest}, or make a new one.`;
  return sent === 'other'
    ? `Sends something that is no secret of this server. ${right}`
    : `Sends ${sent}…, which was deleted or belongs to another client. ${right}`;
}
