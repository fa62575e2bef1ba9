import type { ValidationError } from '../../platform/errors/errors.js';
import { CIBA } from '../../settings/protocol/grant-types.js';
import type { SigningAlgorithm } from '../../settings/protocol/signing-algorithms.js';
import { ADMIN_SCOPES } from '../../tenancy/access/permissions.js';
import { type GivenSettings, inferResponseTypes, isPersonal } from '../client-record/client-defaults.js';
import type {
  AuthMethod,
  GrantType,
  ResponseType,
  TypedClientSettings,
} from '../client-record/client-record.js';
import { PROTOCOL_RULES } from '../client-protocol/protocol-rules.js';
import { ASSERTION_ALGORITHMS, canVerify } from './jwks-rules.js';
import { engineApplicationType, isLoopback, isPrivateUse } from './redirect-uri-rules.js';

/** What this installation has turned on. What is known but off is refused with a message that says so. */
export interface Capabilities {
  grantTypes: readonly GrantType[];
  authMethods: readonly AuthMethod[];
  /** Whether clients can have certificates (RFC 8705). */
  clientCertificates?: boolean;
  /** What this server has keys to sign with; by default those of every installation. */
  signingAlgorithms?: readonly string[];
  /** What ID tokens are signed with where the record does not say; see `DEFAULT_ID_TOKEN_ALG`. */
  idTokenAlg?: SigningAlgorithm;
  /** Whether scopes can have any name of RFC 6749 section 3.3, instead of words with dots between them. */
  anyScopeNames?: boolean;
  /** Whether a client that another system made may keep a client_id of other characters. */
  anyClientIds?: boolean;
  /** RFC 7636's `plain`, which does not protect against a reader of the request; for testing. */
  allowPlainPkce: boolean;
}

/** A rule about several fields. */
export interface Rule {
  /** The fields it compares; it is skipped when the value of one of them could not be read. */
  reads: readonly (keyof TypedClientSettings)[];
  check(settings: TypedClientSettings, given: GivenSettings, capabilities: Capabilities): ValidationError[];
}

/** The settings without which a value cannot be used. */
const SETTINGS: Readonly<Record<string, string>> = {
  implicit: 'ALLOW_IMPLICIT',
  plain: 'ALLOW_PLAIN_PKCE',
  self_signed_tls_client_auth: 'MTLS_CERTIFICATE_HEADER',
  tls_client_auth: 'MTLS_CERTIFICATE_HEADER',
  [CIBA]: 'CIBA',
};
function notOn(value: string): string {
  const setting = SETTINGS[value];
  return `${value} cannot be used: this installation has not turned it on${setting ? ` (${setting})` : ''}.`;
}
const when = (broken: boolean, pointer: string, detail: string): ValidationError[] =>
  broken ? [{ pointer, detail }] : [];

const RULES: readonly Rule[] = [
  {
    reads: ['clientType', 'tokenEndpointAuthMethod'],
    check: ({ clientType, tokenEndpointAuthMethod: method }) =>
      when(
        (clientType === 'public') !== (method === 'none'),
        '/token_endpoint_auth_method',
        clientType === 'public'
          ? `A public client cannot authenticate: use none instead of ${String(method)}.`
          : 'A confidential client must authenticate: none is for public clients.',
      ),
  },
  {
    reads: ['tokenEndpointAuthMethod'],
    check: ({ tokenEndpointAuthMethod: method }, _, { authMethods }) =>
      when(
        method !== null && !authMethods.includes(method),
        '/token_endpoint_auth_method',
        notOn(String(method)),
      ),
  },
  {
    reads: ['grantTypes'],
    check: ({ grantTypes }, _, capabilities) =>
      grantTypes.flatMap((grant, index) =>
        when(!capabilities.grantTypes.includes(grant), `/grant_types/${String(index)}`, notOn(grant)),
      ),
  },
  {
    reads: ['pkceChallengeMethod'],
    check: ({ pkceChallengeMethod: method }, _, { allowPlainPkce }) =>
      when(method === 'plain' && !allowPlainPkce, '/pkce_challenge_method', `${notOn(method)} Use S256.`),
  },
  {
    reads: ['clientType', 'tokenEndpointAuthMethod', 'pkceRequired'],
    check: ({ clientType, pkceRequired }) =>
      when(
        clientType === 'public' && pkceRequired !== true,
        '/pkce_required',
        'PKCE protects public clients: send true or nothing.',
      ),
  },
  {
    reads: ['clientType', 'tokenEndpointAuthMethod', 'grantTypes'],
    check: ({ clientType, grantTypes }) => {
      if (clientType === 'confidential') return [];
      if (grantTypes.length === 0)
        return [{ pointer: '/grant_types', detail: 'A public client needs a grant type.' }];
      const index = grantTypes.indexOf('client_credentials');
      return when(
        index >= 0,
        `/grant_types/${String(index)}`,
        'client_credentials is for confidential clients.',
      );
    },
  },
  {
    reads: ['grantTypes'],
    check: ({ grantTypes }) =>
      when(
        grantTypes.includes('refresh_token') && !isPersonal(grantTypes),
        `/grant_types/${String(grantTypes.indexOf('refresh_token'))}`,
        'Refresh tokens come with a grant in which a person takes part, such as authorization_code; add one.',
      ),
  },
  {
    reads: ['grantTypes', 'redirectUris'],
    check: ({ grantTypes, redirectUris }) =>
      when(
        redirectUris.length === 0 &&
          grantTypes.some((grant) => grant === 'authorization_code' || grant === 'implicit'),
        '/redirect_uris',
        'List at least one redirect URI: the grants authorization_code and implicit need it.',
      ),
  },
  { reads: ['grantTypes', 'responseTypes'], check: responseTypeErrors },
  {
    reads: ['grantTypes', 'scopes', 'optionalScopes'],
    check: ({ scopes }, { optionalScopes = [] }) =>
      optionalScopes.flatMap((name, index) =>
        when(
          !scopes.includes(name) && name !== 'openid' && name !== 'offline_access',
          `/optional_scopes/${String(index)}`,
          `"${name}" is not in scopes: add it there, or leave it out here.`,
        ),
      ),
  },
  {
    reads: ['firstParty', 'scopes'],
    check: ({ firstParty, scopes }) =>
      when(
        firstParty && ADMIN_SCOPES.some((scope) => scopes.includes(scope)),
        '/first_party',
        'People decide each time about scopes of administration: leave those out, or send false here.',
      ),
  },
  {
    reads: ['jwks', 'jwksUri'],
    check: ({ jwks, jwksUri }) =>
      when(
        jwks !== null && jwksUri !== null,
        '/jwks_uri',
        'Send jwks or jwks_uri, not both (RFC 7591 section 2).',
      ),
  },
  {
    reads: ['jwks', 'jwksUri', 'tokenEndpointAuthMethod'],
    check: ({ jwks, jwksUri, tokenEndpointAuthMethod: method }) => {
      if (method !== 'private_key_jwt') return [];
      if (jwks === null) return when(jwksUri === null, '/jwks', `${method} needs jwks or jwks_uri.`);
      return when(
        !jwks.keys.some(canVerify),
        '/jwks/keys',
        `${method} needs a key that verifies ${ASSERTION_ALGORITHMS.join(', ')} signatures.`,
      );
    },
  },
  {
    reads: ['clientType', 'tokenEndpointAuthMethod', 'redirectUris', 'postLogoutRedirectUris', 'grantTypes'],
    check: engineUriErrors,
  },
  ...PROTOCOL_RULES,
];

/** Every rule between fields that is broken, `more` ones too, as far as the fields could be read. */
export function ruleErrors(
  given: GivenSettings,
  settings: TypedClientSettings,
  unreadable: ReadonlySet<string>,
  capabilities: Capabilities,
  more: readonly Rule[] = [],
) {
  return [...RULES, ...more]
    .filter((rule) => !rule.reads.some((field) => unreadable.has(field)))
    .flatMap((rule) => rule.check(settings, given, capabilities));
}

function responseTypeErrors({ grantTypes, responseTypes }: TypedClientSettings): ValidationError[] {
  const foreign = responseTypes.flatMap((type, index) =>
    grantsOf(type)
      .filter((grant) => !grantTypes.includes(grant))
      .map((grant) => ({
        pointer: `/response_types/${String(index)}`,
        detail: `${type} needs the grant type ${grant}.`,
      })),
  );
  const used = responseTypes.flatMap(grantsOf);
  const missing = inferResponseTypes(grantTypes).filter(
    (type) => !grantsOf(type).every((grant) => used.includes(grant)),
  );
  return [
    ...foreign,
    ...missing.flatMap((type) => when(true, '/response_types', `The grant types need ${type} here.`)),
  ];
}

/** The grant types that a response type belongs to (OpenID Connect Registration section 2). */
function grantsOf(type: ResponseType): GrantType[] {
  const words = type.split(' ');
  return [
    ...(words.includes('code') ? (['authorization_code'] as const) : []),
    ...(words.some((word) => word !== 'code') ? (['implicit'] as const) : []),
  ];
}

/** What oidc-provider would refuse when the client is used (OpenID Connect Registration section 2). */
function engineUriErrors(settings: TypedClientSettings): ValidationError[] {
  const native = engineApplicationType(settings) === 'native';
  const implicit = settings.grantTypes.includes('implicit');
  const lists = {
    redirect_uris: settings.redirectUris,
    post_logout_redirect_uris: settings.postLogoutRedirectUris,
  };
  return Object.entries(lists).flatMap(([name, uris]) =>
    uris.flatMap((text, index) => {
      const uri = new URL(text);
      const pointer = `/${name}/${String(index)}`;
      if (native) {
        const detail =
          "https on a loopback host cannot stand beside an app's own scheme; use http, or another client.";
        return when(!isPrivateUse(uri) && isLoopback(uri, 'https:'), pointer, detail);
      }
      const detail = 'A web client with the implicit grant needs https and a host other than localhost.';
      return when(implicit && (uri.protocol === 'http:' || uri.hostname === 'localhost'), pointer, detail);
    }),
  );
}
