import type { Provider } from 'oidc-provider';
import type { Permissions, Requested } from '../interactions/consent.js';

/** A question that the engine wants a person to answer, in our words. */
export interface PendingInteraction {
  uid: string;
  /** What is asked: `login`, `consent`, or `membership`, which has no answer but to go back. */
  prompt: string;
  clientId: string;
  /** Where the answer goes; undefined when a device waits for it. */
  redirectUri: string | undefined;
  loginHint: string | undefined;
  /** Who is signed in, when somebody is. */
  accountId: string | undefined;
  grantId: string | undefined;
  requested: Requested;
  /** What of it no grant answers yet. */
  missing: Permissions;
}

type EngineInteraction = Awaited<ReturnType<Provider['interactionDetails']>>;

/** Reads the engine's interaction; parameters are whatever the relying party sent, so that nothing is taken on trust. */
export function readInteraction(interaction: EngineInteraction): PendingInteraction {
  const { params, prompt, session } = interaction;
  return {
    uid: interaction.uid,
    prompt: prompt.name,
    clientId: text(params['client_id']) ?? '',
    redirectUri: interaction.deviceCode === undefined ? text(params['redirect_uri']) : undefined,
    loginHint: text(params['login_hint']),
    accountId: session?.accountId,
    grantId: interaction.grantId,
    requested: {
      scopes: (text(params['scope']) ?? '').split(' ').filter(Boolean),
      claims: requestedClaims(text(params['claims'])),
      resources: [params['resource']].flat().filter((value) => typeof value === 'string'),
    },
    missing: {
      oidcScopes: strings(prompt.details['missingOIDCScope']),
      oidcClaims: strings(prompt.details['missingOIDCClaims']),
      resourceScopes: Object.fromEntries(
        entries(prompt.details['missingResourceScopes']).map(([resource, scopes]) => [
          resource,
          strings(scopes),
        ]),
      ),
    },
  };
}

/** OpenID Connect Core 1.0, section 5.5: a JSON object with a member per place that the claims go to. */
function requestedClaims(json: string | undefined): string[] {
  if (json === undefined) return [];
  const parsed = JSON.parse(json) as unknown;
  return entries(parsed).flatMap(([, claims]) => entries(claims).map(([name]) => name));
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function strings(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
}

function entries(value: unknown): [string, unknown][] {
  return typeof value === 'object' && value !== null ? Object.entries(value) : [];
}
