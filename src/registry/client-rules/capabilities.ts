import {
  ALWAYS_SIGNING,
  DEFAULT_ID_TOKEN_ALG,
  type SigningAlgorithm,
} from '../../settings/protocol/signing-algorithms.js';
import type { Settings } from '../../settings/settings.js';
import {
  type AuthMethod,
  CIBA,
  DEVICE_CODE,
  JWT_BEARER,
  TOKEN_EXCHANGE,
} from '../client-record/client-record.js';
import type { Capabilities } from './client-rules.js';

/** What clients of this installation can be registered for: what its engine has turned on. */
export function capabilitiesOf(
  turnedOn: {
    plainPkce: boolean;
    implicit: boolean;
    anyScopeNames: boolean;
  },
  {
    signingAlgorithms,
    idTokenAlg = DEFAULT_ID_TOKEN_ALG,
    ciba,
  }: { signingAlgorithms: readonly string[]; idTokenAlg?: SigningAlgorithm; ciba: boolean } = {
    signingAlgorithms: ALWAYS_SIGNING,
    ciba: false,
  },
  certificates: Partial<Pick<Settings['clientCertificates'], 'enabled' | 'caFile'>> = {},
): Capabilities {
  return {
    grantTypes: [
      'authorization_code',
      'refresh_token',
      'client_credentials',
      DEVICE_CODE,
      TOKEN_EXCHANGE,
      JWT_BEARER,
      ...(ciba ? ([CIBA] as const) : []),
      ...(turnedOn.implicit ? (['implicit'] as const) : []),
    ],
    authMethods: [
      'client_secret_basic',
      'client_secret_post',
      'none',
      'private_key_jwt',
      ...certificateMethods(certificates),
    ],
    clientCertificates: certificates.enabled === true,
    signingAlgorithms,
    idTokenAlg,
    anyScopeNames: turnedOn.anyScopeNames,
    allowPlainPkce: turnedOn.plainPkce,
  };
}

/** How clients can authenticate by certificate (RFC 8705 section 2): with an authority only where one is trusted. */
export function certificateMethods({
  enabled = false,
  caFile,
}: Partial<Pick<Settings['clientCertificates'], 'enabled' | 'caFile'>>): AuthMethod[] {
  if (!enabled) return [];
  return [...(caFile === undefined ? [] : (['tls_client_auth'] as const)), 'self_signed_tls_client_auth'];
}
