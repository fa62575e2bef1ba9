/** What a client has to send, by the method that it is registered for. */
const ADVICE: Readonly<Record<string, string>> = {
  none: 'this client is public: leave out client_secret and client_assertion, and send client_id in the form',
  client_secret_basic: 'this client has a secret: send it in the Authorization header (client_secret_basic)',
  client_secret_post: 'this client has a secret: send it as client_secret in the form (client_secret_post)',
  private_key_jwt: 'this client is registered for private_key_jwt: send a client_assertion',
  tls_client_auth: 'this client is registered for tls_client_auth: connect with its certificate',
  self_signed_tls_client_auth:
    'this client is registered for self_signed_tls_client_auth: connect with its certificate',
};

/** What a request says that names no client and proves nothing. */
export const UNKNOWN_CLIENT =
  'no client with this client_id is registered here: check client_id and the server';

/** What a request is told that names no client at all. */
export const NO_CLIENT =
  'no client is named: send client_id in the form, or client_id and secret in the Authorization header';

/**
 * What a client is told that authenticates in another way than it is registered for; undefined for a method that is not
 * known. Whether a secret was right it does not tell: none was compared.
 */
export function authenticationAdvice(method: string): string | undefined {
  return ADVICE[method];
}
