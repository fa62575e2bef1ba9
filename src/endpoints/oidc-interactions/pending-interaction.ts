import type { Provider } from 'oidc-provider';
import { subjectOfHint } from '../oidc-requests/account-prompts.js';

/** OIDC scopes, single claims, and scopes per resource. */
export interface ScopesAndClaims {
  oidcScopes: string[];
  oidcClaims: string[];
  resourceScopes: Record<string, string[]>;
}

/** What an authorization request named, whether or not it was consented to before. */
export interface RequestedAccess {
  scopes: readonly string[];
  claims: readonly string[];
  resources: readonly string[];
}

/** A prompt of the engine that waits for a person. */
export interface PendingInteraction {
  uid: string;
  /** `login`, `select_account`, `consent`, or `membership`, which can only be aborted. */
  prompt: string;
  clientId: string;
  /** Where the response goes; undefined in the device flow. */
  redirectUri: string | undefined;
  loginHint: string | undefined;
  /** The account of `id_token_hint`. */
  hintedAccountId: string | undefined;
  /** The account that is signed in. */
  accountId: string | undefined;
  grantId: string | undefined;
  requested: RequestedAccess;
  /** What of it no grant covers yet. */
  missing: ScopesAndClaims;
}

type EngineInteraction = Awaited<ReturnType<Provider['interactionDetails']>>;

/** Reads the engine's interaction. Its parameters are what the relying party sent, so their types are checked. */
export function readInteraction(interaction: EngineInteraction): PendingInteraction {
  const { params, prompt, session } = interaction;
  return {
    uid: interaction.uid,
    prompt: prompt.name,
    clientId: text(params['client_id']) ?? '',
    redirectUri: interaction.deviceCode === undefined ? text(params['redirect_uri']) : undefined,
    loginHint: text(params['login_hint']),
    hintedAccountId: subjectOfHint(params['id_token_hint']),
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

/** OpenID Connect Core 1.0, section 5.5: a JSON object whose members name the claims of `userinfo` and of `id_token`. */
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
