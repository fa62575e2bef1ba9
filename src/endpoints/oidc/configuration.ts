import { stateOf } from '../../../adapters/request-state.js';
import { type AdapterFactory, type Configuration, errors } from 'oidc-provider';
import type { ClientCertificates } from '../../platform/client-certificates/client-certificates.js';
import { certificateMethods } from '../../registry/client-rules/capabilities.js';
import type { KeySet } from '../../platform/keys/keys.service.js';
import type { SignUpService } from '../../identity/sign-up/sign-up.service.js';
import type { Settings } from '../../settings/settings.js';
import { checkParameterSizes, type CountAnonymousInEngine } from '../oidc-guards/anonymous-requests.js';
import { checkClientAssertion } from '../oidc-guards/client-assertions.js';
import { engineFetch } from '../oidc-guards/engine-fetch.js';
import { originRefusal } from '../oidc-guards/origin-refusal.js';
import { type BackchannelHints, cibaFeature } from '../oidc-backchannel/ciba-feature.js';
import type { EnginePages } from '../oidc-interactions/engine-pages.js';
import { interactionPolicy, type MayAuthorize } from '../oidc-interactions/membership.js';
import { firstPartyGrants } from '../oidc-interactions/first-party-grants.js';
import { permittedClaims } from '../oidc-second-factor/claims-parameter.js';
import type { EngineSubjects } from '../oidc-subjects/engine-subjects.js';
import type { SecondFactorRules } from '../oidc-second-factor/second-factor-prompt.js';
import { ACR_VALUES } from '../../identity/second-factors/authentication-level.js';
import { CREATE_ACCOUNT, SELECT_ACCOUNT } from '../oidc-requests/account-prompts.js';
import { requirePkce } from '../oidc-requests/pkce-policy.js';
import {
  protocolAlgorithms,
  protocolFeatures,
  protocolMetadata,
} from '../oidc-protocol/protocol-features.js';
import { mutualTls } from '../oidc-protocol/mutual-tls.js';
import { subjectClaims } from '../oidc-protocol/subject-claims.js';
import { detailsFeature } from '../oidc-authorization-details/details-feature.js';
import type { DetailsTypes } from '../oidc-authorization-details/details-types.js';
import { lifetimes } from '../oidc-protocol/lifetimes.js';
import { rotatesRefreshTokens } from '../oidc-protocol/security-profile.js';
import {
  accessTokenTyp,
  type AudiencesOf,
  type FindApi,
  rejectAudienceWithoutScope,
  resourceIndicators,
} from '../oidc-resources/resource-servers.js';
import { RESPONSE_TYPES } from '../../registry/client-record/client-record.js';
import { allowsOrigin } from '../../registry/client-rules/cors-origins.js';
import { ENGINE_ROUTES } from '../../platform/http/protocol-paths.js';
import { EngineKey } from './engine-key.js';
import { SCOPE_CLAIMS } from '../../identity/claims/scope-claims.js';
import { DEFAULT_ID_TOKEN_ALG } from '../../settings/protocol/signing-algorithms.js';

/** What the engine's configuration depends on. */
export interface EngineParts {
  settings: Settings;
  keys: KeySet;
  /** The names of the scopes that need no resource indicator. */
  scopes: string[];
  /** The types of authorization details. */
  detailsTypes: DetailsTypes;
  adapter: AdapterFactory;
  findAccount: NonNullable<Configuration['findAccount']>;
  findApi: FindApi;
  audiencesOf: AudiencesOf;
  mayAuthorize: MayAuthorize;
  subjects: EngineSubjects;
  countAnonymous: CountAnonymousInEngine;
  certificates: ClientCertificates;
  /** 32 bytes that all nodes make nonces of DPoP proofs from. */
  dpopNonceSecret: Buffer;
  secondFactor: SecondFactorRules;
  backchannel: BackchannelHints;
  pages: EnginePages;
  /** Whether people create their own accounts. */
  signUp: SignUpService['mode'];
}

/** The name of the session cookie. With https it has the prefix `__Host-`, so that no other host can set it. */
export function sessionCookie(issuer: string): string {
  return issuer.startsWith('https:') ? '__Host-postern_session' : 'postern_session';
}

const ASYMMETRIC = ['RS256', 'PS256', 'ES256', 'Ed25519', 'EdDSA'] as const;

/** Properties of a client that the engine only carries for us. */
const CLIENT_EXTENSIONS = [
  'allowed_cors_origins',
  'allowed_scopes',
  'first_party',
  'claims_in_id_token',
  'native_app',
  'optional_scopes',
  'pkce_required',
  'security_profile',
];

/** The engine's configuration. Every feature that is not enabled here is off. */
export function engineConfiguration(parts: EngineParts): Configuration {
  const { settings, keys, pages } = parts;
  const { ttl } = settings;
  const secure = settings.issuer.startsWith('https:');
  return {
    adapter: parts.adapter,
    routes: ENGINE_ROUTES,
    jwks: { keys: keys.signing.map((signer) => new EngineKey(signer)) },
    cookies: {
      keys: keys.cookies,
      names: {
        session: sessionCookie(settings.issuer),
        interaction: secure ? '__Secure-postern_interaction' : 'postern_interaction',
        resume: secure ? '__Secure-postern_resume' : 'postern_resume',
      },
      long: { signed: true, httpOnly: true, sameSite: 'lax', path: '/', secure },
      short: { signed: true, httpOnly: true, sameSite: 'lax', secure },
    },
    // Our own registration endpoint registers clients; the engine only publishes its URL.
    discovery: {
      prompt_values_supported: [
        'none',
        'login',
        'consent',
        SELECT_ACCOUNT,
        ...(parts.signUp === 'open' ? [CREATE_ACCOUNT] : []),
      ],
      ...(settings.clientDocuments.enabled ? { client_id_metadata_document_supported: true } : {}),
      ...(settings.registration.mode === 'off'
        ? {}
        : { registration_endpoint: settings.issuer + ENGINE_ROUTES.registration }),
      ...protocolMetadata(settings),
    },
    interactions: {
      url: (_ctx, interaction) => `/interaction/${interaction.uid}`,
      policy: interactionPolicy(parts, parts.signUp !== 'off'),
    },
    formats: {
      customizers: {
        jwt: async (ctx, token, jwt) => {
          Object.assign(jwt.payload, subjectClaims(ctx, token));
          jwt.header = { ...jwt.header, typ: await accessTokenTyp(ctx, token.aud) };
        },
      },
    },
    findAccount: parts.findAccount,
    loadExistingGrant: firstPartyGrants(parts.mayAuthorize),
    renderError: pages.renderError,
    scopes: parts.scopes,
    claims: SCOPE_CLAIMS,
    acrValues: ACR_VALUES,
    // The engine is told of `token` when it runs: see `supportTokenResponseType`.
    responseTypes: settings.allow.implicit ? RESPONSE_TYPES.filter((type) => type !== 'token') : ['code'],
    // ID tokens have the claims of the granted scopes; see the patch `scopeClaimsByClient`.
    conformIdTokenClaims: false,
    subjectTypes: ['public', 'pairwise'],
    pairwiseIdentifier: (_ctx, accountId, client) => parts.subjects.subjectOf(client.clientId, accountId),
    // The registry has fetched the document.
    sectorIdentifierUriValidate: () => false,
    clientAuthMethods: [
      'client_secret_basic',
      'client_secret_post',
      'private_key_jwt',
      'none',
      ...certificateMethods(settings.clientCertificates),
    ],
    clientDefaults: { id_token_signed_response_alg: DEFAULT_ID_TOKEN_ALG },
    enabledJWA: {
      clientAuthSigningAlgValues: ASYMMETRIC,
      ...protocolAlgorithms(),
    },
    extraClientMetadata: { properties: CLIENT_EXTENSIONS },
    clientBasedCORS: (ctx, origin, client) => {
      if (allowsOrigin(client['allowed_cors_origins'] as string[], origin)) return true;
      // As the engine refuses it, lib/shared/cors.js:55, whose text does not say what to change.
      ctx.remove('Access-Control-Allow-Origin');
      throw new errors.InvalidRequest(originRefusal(origin));
    },
    allowOmittingSingleRegisteredRedirectUri: false,
    pkce: { required: (ctx, client) => requirePkce(ctx, client, settings.pkce) },
    extraTokenClaims: (ctx, token) => {
      rejectAudienceWithoutScope(token);
      return stateOf(ctx).tokenClaims;
    },
    // offline_access belongs to OpenID requests (OpenID Connect Core section 11). Without `openid` a client that is
    // registered for refresh tokens gets one that ends with the session of the person.
    issueRefreshToken: (_ctx, client, { scopes }) =>
      client.grantTypeAllowed('refresh_token') && (scopes.has('offline_access') || !scopes.has('openid')),
    rotateRefreshToken: rotatesRefreshTokens,
    assertJwtClientAuthClaimsAndHeader: checkClientAssertion,
    fetch: engineFetch(settings.issuer),
    ttl: lifetimes(ttl),
    features: {
      devInteractions: { enabled: false },
      claimsParameter: { enabled: true, assertClaimsParameter: permittedClaims(SCOPE_CLAIMS) },
      ...protocolFeatures(parts.dpopNonceSecret, settings.protocol.dpopNonceRequired),
      ...(settings.protocol.ciba ? { ciba: cibaFeature(parts.backchannel) } : {}),
      mTLS: mutualTls(settings.clientCertificates, parts.certificates),
      userinfo: { enabled: true },
      jwtUserinfo: { enabled: true },
      clientCredentials: { enabled: true },
      backchannelLogout: { enabled: true },
      revocation: {
        enabled: true,
        // RFC 7009 section 2.1: the request is refused with an error if the token was issued to another client.
        allowedPolicy: (_ctx, client, token) => {
          if (token.clientId === client.clientId) return true;
          throw new errors.InvalidRequest('this token was issued to another client');
        },
      },
      introspection: {
        enabled: true,
        // `IntrospectionService` answers; the engine only authenticates (see the patch `answerIntrospection`).
        allowedPolicy: () => false,
      },
      rpInitiatedLogout: {
        enabled: true,
        logoutSource: pages.logoutSource,
        postLogoutSuccessSource: pages.postLogoutSuccessSource,
      },
      deviceFlow: {
        enabled: true,
        deviceInfo: (ctx) => {
          // Before the parameters are stored.
          checkParameterSizes(ctx);
          return { ip: ctx.ip, ua: ctx.get('user-agent') };
        },
        userCodeInputSource: pages.userCodeInputSource,
        userCodeConfirmSource: pages.userCodeConfirmSource,
        successSource: pages.successSource,
      },
      resourceIndicators: resourceIndicators(parts.findApi, parts.audiencesOf, parts.detailsTypes),
      richAuthorizationRequests: detailsFeature(parts.detailsTypes),
    },
  };
}
