import type { Configuration, KoaContextWithOIDC } from 'oidc-provider';
import { hasSubject } from '../../platform/client-certificates/certificate-subject.js';
import type { ClientCertificates } from '../../platform/client-certificates/client-certificates.js';
import { ENGINE_ROUTES } from '../../platform/http/protocol-paths.js';
import { certificateMethods } from '../../registry/client-rules/capabilities.js';
import type { Settings } from '../../settings/settings.js';

type MutualTls = NonNullable<NonNullable<Configuration['features']>['mTLS']>;

/** The endpoints at which clients present certificates (RFC 8705 section 5). */
const ALIASED = {
  token_endpoint: ENGINE_ROUTES.token,
  revocation_endpoint: ENGINE_ROUTES.revocation,
  introspection_endpoint: ENGINE_ROUTES.introspection,
  device_authorization_endpoint: ENGINE_ROUTES.device_authorization,
  pushed_authorization_request_endpoint: ENGINE_ROUTES.pushed_authorization_request,
  userinfo_endpoint: ENGINE_ROUTES.userinfo,
};
/** The one of CIBA, where that is on. */
const ALIASED_WITH_CIBA = { backchannel_authentication_endpoint: ENGINE_ROUTES.backchannel_authentication };

/**
 * Mutual TLS (RFC 8705) in the engine. Tokens of clients whose tokens are bound stay bound where the setting that finds
 * certificates is gone: then such a client gets none.
 */
export function mutualTls(
  settings: Settings['clientCertificates'],
  certificates: ClientCertificates,
): MutualTls {
  const methods = certificateMethods(settings);
  const certificateOf = ({ req }: KoaContextWithOIDC) => certificates.of(req);
  return {
    enabled: true,
    certificateBoundAccessTokens: true,
    tlsClientAuth: methods.includes('tls_client_auth'),
    selfSignedTlsClientAuth: methods.includes('self_signed_tls_client_auth'),
    getCertificate: certificateOf,
    certificateAuthorized: (ctx) => {
      const certificate = certificateOf(ctx);
      return certificate !== undefined && certificates.isAuthorized(certificate);
    },
    certificateSubjectMatches: (ctx, field, expected) => {
      const certificate = certificateOf(ctx);
      return certificate !== undefined && hasSubject(certificate, field, expected);
    },
  };
}

/** The addresses at which clients present certificates, by the names that metadata have for them; none without an origin. */
export function mutualTlsAliases(
  { origin }: Settings['clientCertificates'],
  ciba: boolean,
): Record<string, string> {
  if (origin === undefined) return {};
  const aliased = { ...ALIASED, ...(ciba ? ALIASED_WITH_CIBA : {}) };
  return Object.fromEntries(Object.entries(aliased).map(([name, path]) => [name, origin + path]));
}

/** What the metadata say of it. */
export function mutualTlsMetadata(
  settings: Settings['clientCertificates'],
  ciba: boolean,
): Record<string, unknown> {
  return settings.origin === undefined ? {} : { mtls_endpoint_aliases: mutualTlsAliases(settings, ciba) };
}
