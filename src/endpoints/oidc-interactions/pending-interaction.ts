import type { Provider } from 'oidc-provider';
import type { AuthorizationDetail } from '../../registry/authorization-details/detail-check.js';
import type { Acr } from '../../identity/second-factors/authentication-level.js';
import {
  SECOND_FACTOR_PROMPT,
  type SecondFactorDetails,
} from '../oidc-second-factor/second-factor-prompt.js';
import { storedDetails } from '../oidc-authorization-details/details-parameter.js';
import { subjectOfHint } from '../oidc-requests/account-prompts.js';
import { wordsOf } from '../../platform/text/space-delimited.js';

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

/** What a person has to show in addition. */
export interface PendingSecondFactor {
  wanted: Acr;
  /** Whether it would not be asked for in a trusted browser. */
  trustable: boolean;
  /** When the person signed in, in seconds since the epoch. */
  signedInAt: number;
  /** Whether that was part of this interaction. */
  signingIn: boolean;
}

/** A prompt of the engine that waits for a person. */
export interface PendingInteraction {
  uid: string;
  /** `login`, `select_account`, `second_factor`, `consent`, or `membership`, which can only be aborted. */
  prompt: string;
  clientId: string;
  /** Where the response goes; undefined in the device flow. */
  redirectUri: string | undefined;
  loginHint: string | undefined;
  /** The `sub` of `id_token_hint`. */
  hintedSubject: string | undefined;
  /** The account that is signed in. */
  accountId: string | undefined;
  grantId: string | undefined;
  /** How the person is authenticated so far (RFC 8176). */
  amr: readonly string[];
  /** Only of the prompt `second_factor`. */
  secondFactor: PendingSecondFactor | undefined;
  requested: RequestedAccess;
  /** The authorization details that it asks for (RFC 9396), whether or not they were allowed before. */
  details: readonly AuthorizationDetail[];
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
    hintedSubject: subjectOfHint(params['id_token_hint']),
    accountId: session?.accountId,
    grantId: interaction.grantId,
    amr: session?.amr ?? [],
    secondFactor: readSecondFactor(prompt),
    requested: {
      scopes: wordsOf(params['scope']),
      claims: requestedClaims(text(params['claims'])),
      resources: [params['resource']].flat().filter((value) => typeof value === 'string'),
    },
    details: storedDetails(params['authorization_details']),
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

function readSecondFactor({ name, details }: EngineInteraction['prompt']): PendingSecondFactor | undefined {
  if (name !== SECOND_FACTOR_PROMPT) return undefined;
  const { wanted, trustable, signed_in_at, signing_in } = details as SecondFactorDetails;
  return { wanted, trustable, signedInAt: signed_in_at ?? 0, signingIn: signing_in };
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
