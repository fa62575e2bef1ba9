import type { Configuration } from 'oidc-provider';
import {
  ENCRYPTION_ALGORITHMS,
  ENCRYPTION_ENCODINGS,
  REQUEST_OBJECT_ALGORITHMS,
  SIGNATURE_ALGORITHMS,
} from '../../registry/client-protocol/algorithms.js';
import type { Settings } from '../../settings/settings.js';
import { mutualTlsMetadata } from './mutual-tls.js';
import { ID_JAG, ID_JAG_PROFILE } from './assertion-types.js';
import { checkRequestObject } from './request-objects.js';

/** What is signed and encrypted with. Of signatures the engine keeps those that it has keys for. */
export function protocolAlgorithms() {
  const signatures = () => [...SIGNATURE_ALGORITHMS];
  const encryptions = () => [...ENCRYPTION_ALGORITHMS];
  const encodings = () => [...ENCRYPTION_ENCODINGS];
  return {
    idTokenSigningAlgValues: signatures(),
    userinfoSigningAlgValues: signatures(),
    introspectionSigningAlgValues: signatures(),
    authorizationSigningAlgValues: signatures(),
    idTokenEncryptionAlgValues: encryptions(),
    userinfoEncryptionAlgValues: encryptions(),
    introspectionEncryptionAlgValues: encryptions(),
    authorizationEncryptionAlgValues: encryptions(),
    idTokenEncryptionEncValues: encodings(),
    userinfoEncryptionEncValues: encodings(),
    introspectionEncryptionEncValues: encodings(),
    authorizationEncryptionEncValues: encodings(),
    requestObjectSigningAlgValues: [...REQUEST_OBJECT_ALGORITHMS],
    // Encrypted request objects are refused: see docs/decisions.md.
    requestObjectEncryptionAlgValues: [],
    requestObjectEncryptionEncValues: [],
    dPoPSigningAlgValues: ['ES256', 'PS256', 'EdDSA', 'Ed25519'],
  } satisfies Configuration['enabledJWA'];
}

/** The extensions of the protocol that clients turn on for themselves. */
export function protocolFeatures(nonceSecret: Buffer, nonceRequired: boolean) {
  return {
    dPoP: {
      enabled: true,
      allowReplay: false,
      ...(nonceRequired ? { nonceSecret, requireNonce: () => true } : {}),
    },
    encryption: { enabled: true },
    // An experiment of the engine, whose version is pinned; see `EngineKey`.
    externalSigningSupport: { enabled: true, ack: 'experimental-01' },
    jwtIntrospection: { enabled: true },
    jwtResponseModes: { enabled: true },
    pushedAuthorizationRequests: { enabled: true },
    requestObjects: {
      enabled: true,
      assertJwtClaimsAndHeader: async (ctx, claims, header, client) =>
        checkRequestObject(ctx, claims, header, client),
    },
  } satisfies Configuration['features'];
}

/** What the engine names with CIBA, though nothing verifies user codes here. */
const USER_CODE = 'backchannel_user_code_parameter_supported';

/**
 * The metadata without what is off: lists that are empty, user codes, and tokens bound to certificates where no client has
 * one.
 */
export function withoutWhatIsOff(metadata: Readonly<Record<string, unknown>>): object {
  const methods = metadata['token_endpoint_auth_methods_supported'];
  const certificates = Array.isArray(methods) && methods.includes('self_signed_tls_client_auth');
  return Object.fromEntries(
    Object.entries(metadata).filter(
      ([name, value]) =>
        name !== USER_CODE &&
        (!Array.isArray(value) || value.length > 0) &&
        (certificates || name !== 'tls_client_certificate_bound_access_tokens'),
    ),
  );
}

/** How clients authenticate at the other endpoints that RFC 8414 section 2 has names for: as at the token endpoint. */
export function authenticationAtEndpoints(metadata: Readonly<Record<string, unknown>>): object {
  const {
    token_endpoint_auth_methods_supported: methods,
    token_endpoint_auth_signing_alg_values_supported: algs,
  } = metadata;
  if (methods === undefined) return {};
  return {
    introspection_endpoint_auth_methods_supported: methods,
    introspection_endpoint_auth_signing_alg_values_supported: algs,
    revocation_endpoint_auth_methods_supported: methods,
    revocation_endpoint_auth_signing_alg_values_supported: algs,
  };
}

/** The language of all pages (BCP 47). */
const LANGUAGE = 'en';

/** What the metadata say of them that the engine does not know. */
export function protocolMetadata({
  clientCertificates,
  protocol,
}: Pick<Settings, 'clientCertificates' | 'protocol'>): Record<string, unknown> {
  return {
    ui_locales_supported: [LANGUAGE],
    identity_chaining_requested_token_types_supported: [ID_JAG],
    ...(protocol.identityIssuers.length > 0
      ? { authorization_grant_profiles_supported: [ID_JAG_PROFILE] }
      : {}),
    ...(protocol.parRequired ? { require_pushed_authorization_requests: true } : {}),
    ...mutualTlsMetadata(clientCertificates, protocol.ciba),
  };
}
