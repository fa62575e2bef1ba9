import { snakeName } from '../../platform/wire/snake-case.js';
import type { ValidationError } from '../../platform/errors/errors.js';
import type { GivenSettings } from '../client-record/client-defaults.js';
import type { TypedClientSettings } from '../client-record/client-record.js';
import type { Rule } from '../client-rules/client-rules.js';
import { applicationTypeOf } from '../client-rules/redirect-uri-rules.js';

/** What a client of a profile signs with, and has responses signed with (FAPI 2.0 Security Profile section 5.4.1). */
export const PROFILE_ALGORITHMS = ['PS256', 'ES256', 'EdDSA'] as const;

/** How such a client authenticates. */
const AUTH_METHODS = ['private_key_jwt', 'tls_client_auth', 'self_signed_tls_client_auth'] as const;

type Settings = TypedClientSettings;
type Profile = NonNullable<Settings['securityProfile']>;

/** A demand of a profile: the field, the rule that it is from, what it has to be, and whether it is. */
interface Demand {
  field: string;
  reads: readonly (keyof Settings)[];
  rule: string;
  detail: string;
  isMet(settings: Settings): boolean;
}

const BOTH = 'FAPI 2.0 Security Profile section';
const SIGNING = 'FAPI 2.0 Message Signing section';
const signs = (alg: string | null): boolean => PROFILE_ALGORITHMS.some((known) => known === alg);

const SECURITY: readonly Demand[] = [
  {
    field: 'client_type',
    reads: ['clientType'],
    rule: `${BOTH} 5.3.2.1`,
    detail: 'the client must be confidential.',
    isMet: ({ clientType }) => clientType === 'confidential',
  },
  {
    field: 'token_endpoint_auth_method',
    reads: ['tokenEndpointAuthMethod'],
    rule: `${BOTH} 5.3.2.1`,
    detail:
      'use private_key_jwt, with jwks or jwks_uri, or mutual TLS: tls_client_auth or self_signed_tls_client_auth.',
    isMet: ({ tokenEndpointAuthMethod: method }) => AUTH_METHODS.some((known) => known === method),
  },
  {
    field: 'require_pushed_authorization_requests',
    reads: ['requirePushedAuthorizationRequests'],
    rule: `${BOTH} 5.3.2.2`,
    detail: 'authorization requests must be pushed: send true, or leave this out.',
    isMet: (settings) => settings.requirePushedAuthorizationRequests,
  },
  {
    field: 'pkce_required',
    reads: ['pkceRequired'],
    rule: `${BOTH} 5.3.2.2`,
    detail: 'PKCE is required: send true, or leave this out.',
    isMet: ({ pkceRequired }) => pkceRequired === true,
  },
  {
    field: 'pkce_challenge_method',
    reads: ['pkceChallengeMethod'],
    rule: `${BOTH} 5.3.2.2`,
    detail: 'PKCE uses S256.',
    isMet: ({ pkceChallengeMethod }) => pkceChallengeMethod === 'S256',
  },
  {
    field: 'response_types',
    reads: ['responseTypes', 'grantTypes'],
    rule: `${BOTH} 5.3.2.2`,
    detail: 'code is the only response type.',
    isMet: ({ responseTypes }) => responseTypes.every((type) => type === 'code'),
  },
  {
    field: 'dpop_bound_access_tokens',
    reads: ['dpopBoundAccessTokens', 'tlsClientCertificateBoundAccessTokens'],
    rule: `${BOTH} 5.3.2.1`,
    detail:
      'access tokens must be bound to a key of the client: send true, or leave this out, or send true in tls_client_certificate_bound_access_tokens.',
    isMet: (settings) => settings.dpopBoundAccessTokens || settings.tlsClientCertificateBoundAccessTokens,
  },
  {
    field: 'redirect_uris',
    reads: ['redirectUris', 'applicationType'],
    rule: `${BOTH} 5.3.2.2`,
    detail: 'redirect URIs use https, or http on a loopback address in native apps.',
    isMet: (settings) => settings.redirectUris.every((uri) => isProfileUri(uri, settings)),
  },
  {
    field: 'id_token_signed_response_alg',
    reads: ['idTokenSignedResponseAlg'],
    rule: `${BOTH} 5.4.1`,
    detail: `use ${PROFILE_ALGORITHMS.join(', ')}.`,
    isMet: ({ idTokenSignedResponseAlg }) => signs(idTokenSignedResponseAlg),
  },
  {
    field: 'request_object_signing_alg',
    reads: ['requestObjectSigningAlg'],
    rule: `${BOTH} 5.4.1`,
    detail: `use ${PROFILE_ALGORITHMS.join(', ')}, or leave this out.`,
    isMet: ({ requestObjectSigningAlg: alg }) => alg === null || signs(alg),
  },
  {
    field: 'authorization_signed_response_alg',
    reads: ['authorizationSignedResponseAlg'],
    rule: `${BOTH} 5.4.1`,
    detail: `use ${PROFILE_ALGORITHMS.join(', ')}, or leave this out.`,
    isMet: ({ authorizationSignedResponseAlg: alg }) => signs(alg),
  },
  {
    field: 'introspection_signed_response_alg',
    reads: ['introspectionSignedResponseAlg'],
    rule: `${BOTH} 5.4.1`,
    detail: `use ${PROFILE_ALGORITHMS.join(', ')}, or leave this out.`,
    isMet: ({ introspectionSignedResponseAlg: alg }) => signs(alg),
  },
  {
    field: 'userinfo_signed_response_alg',
    reads: ['userinfoSignedResponseAlg'],
    rule: `${BOTH} 5.4.1`,
    detail: `use ${PROFILE_ALGORITHMS.join(', ')}, or leave this out.`,
    isMet: ({ userinfoSignedResponseAlg: alg }) => alg === null || signs(alg),
  },
];

const MESSAGE_SIGNING: readonly Demand[] = [
  {
    field: 'require_signed_request_object',
    reads: ['requireSignedRequestObject'],
    rule: `${SIGNING} 5.3.1`,
    detail: 'authorization requests must be signed: send true, or leave this out.',
    isMet: (settings) => settings.requireSignedRequestObject,
  },
];

const DEMANDS: Readonly<Record<Profile, readonly Demand[]>> = {
  fapi2: SECURITY,
  fapi2_message_signing: [...SECURITY, ...MESSAGE_SIGNING],
};

/** https, or http on a loopback address for native apps; which hosts http may have is a rule of all clients. */
function isProfileUri(uri: string, settings: Settings): boolean {
  return uri.startsWith('https:') || (uri.startsWith('http:') && applicationTypeOf(settings) === 'native');
}

/** One rule for each demand of a profile. */
export const PROFILE_RULES: readonly Rule[] = DEMANDS.fapi2_message_signing.map((demand) => ({
  reads: ['securityProfile', ...demand.reads],
  check: (settings): ValidationError[] => {
    const { securityProfile: profile } = settings;
    if (profile === null || !DEMANDS[profile].includes(demand) || demand.isMet(settings)) return [];
    return [{ pointer: `/${demand.field}`, detail: `${demand.rule} (${profile}): ${demand.detail}` }];
  },
}));

/** What a profile sets where nothing was given. */
export function profileDefaults(given: GivenSettings): GivenSettings {
  const { securityProfile: profile } = given;
  if (!profile) return {};
  return {
    tokenEndpointAuthMethod: 'private_key_jwt',
    requirePushedAuthorizationRequests: true,
    pkceRequired: true,
    dpopBoundAccessTokens: given.tlsClientCertificateBoundAccessTokens !== true,
    idTokenSignedResponseAlg: 'ES256',
    authorizationSignedResponseAlg: 'ES256',
    introspectionSignedResponseAlg: 'ES256',
    ...(profile === 'fapi2_message_signing' ? { requireSignedRequestObject: true } : {}),
  };
}

/** The fields that a profile sets, by their names on the wire; none for what is no profile. */
export function fieldsOfProfile(profile: unknown): string[] {
  if (typeof profile !== 'string' || !Object.hasOwn(DEMANDS, profile)) return [];
  return Object.keys(profileDefaults({ securityProfile: profile as Profile })).map(snakeName);
}
