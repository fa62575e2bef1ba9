import { errors, type KoaContextWithOIDC } from 'oidc-provider';
import instance from 'oidc-provider/lib/helpers/weak_cache.js';

const PUSHED = 'urn:ietf:params:oauth:request_uri:';

/**
 * Refuses a `request_uri` that names no pushed request, and says what to send instead. Throws RequestUriNotSupported.
 *
 * Engine: lib/actions/authorization/request_parameters.js and pushed_authorization_requests.js refuse it without a
 * description.
 */
export function refuseRequestUri({ oidc }: KoaContextWithOIDC): void {
  const uri = oidc.params?.['request_uri'];
  if (typeof uri !== 'string') return;
  if (oidc.route !== 'authorization')
    throw new errors.RequestUriNotSupported(
      'request_uri is not supported at this endpoint: send the parameters themselves, or a signed request object in request',
    );
  if (uri.startsWith(PUSHED)) return;
  const endpoint = oidc.urlFor('pushed_authorization_request');
  throw new errors.RequestUriNotSupported(
    `request_uri is not fetched here: send the parameters to ${endpoint} (RFC 9126) and the request_uri of its response here`,
  );
}

/**
 * Refuses metadata of a client in an authorization request (OpenID Connect Core section 7.2.1). Throws
 * RegistrationNotSupported.
 *
 * Engine: lib/actions/authorization/request_parameters.js refuses it without a description.
 */
export function refuseRegistration({ oidc }: KoaContextWithOIDC): void {
  if (oidc.params?.['registration'] === undefined) return;
  throw new errors.RegistrationNotSupported(
    'registration is not supported: register the client first, and leave this parameter out',
  );
}

/**
 * Refuses a `response_mode` or `prompt` that is not known, and says which are. Throws UnsupportedResponseMode or
 * InvalidRequest.
 *
 * Engine: lib/actions/authorization/response_parameters.js and request_parameters.js do not name them.
 */
export function refuseUnknownValues({ oidc: { params, prompts, provider } }: KoaContextWithOIDC): void {
  const { configuration, responseModes } = instance(provider);
  const mode = params?.['response_mode'];
  if (params && typeof mode === 'string' && !responseModes.has(mode)) {
    // The refusal is sent in the mode that goes with the response type.
    params['response_mode'] = undefined;
    throw new errors.UnsupportedResponseMode(
      `this response_mode is not supported: use ${[...responseModes.keys()].join(', ')}, or leave it out`,
    );
  }
  if (params?.['prompt'] === undefined || [...prompts].every((one) => configuration.prompts.has(one))) return;
  throw new errors.InvalidRequest(
    `this prompt is not supported: use ${[...configuration.prompts].join(', ')}, or leave it out`,
  );
}
