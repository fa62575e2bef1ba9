import type { IncomingMessage } from 'node:http';
import { readBytes } from '../../platform/http/body.js';
import { NO_CLIENT } from '../client-authentication/authentication-advice.js';
import { parseBasic } from '../client-authentication/client-credentials.js';
import type { SecretMethod } from '../../registry/client-secrets/client-authentication.service.js';
import { invalidRequest } from './introspection-error.js';

/** The most bytes of a body, as at the other endpoints of the protocol. */
const BODY_LIMIT = 56 * 1024;
const FORM = /^application\/x-www-form-urlencoded *(?:;|$)/i;
const PARAMETERS = ['token', 'token_type_hint', 'client_id', 'client_secret'] as const;

/** How the caller says who it is: by a secret, or, as a public client, by its name alone. */
export interface PresentedClient {
  clientId: string;
  secret: { value: string; method: SecretMethod } | undefined;
}

/** The bytes of the form. Throws IntrospectionError or AppError for another type and for too many bytes. */
export async function readFormBytes(req: IncomingMessage): Promise<Buffer> {
  const type = req.headers['content-type'];
  if (type === undefined) return Buffer.alloc(0);
  if (!FORM.test(type)) throw invalidRequest('send the parameters as application/x-www-form-urlencoded');
  return readBytes(req, BODY_LIMIT);
}

/** Who the request says it is from (RFC 6749 section 2.3.1). Throws IntrospectionError when it says that in no one way. */
export function presentedClient(form: URLSearchParams, authorization: string | undefined): PresentedClient {
  for (const name of PARAMETERS) {
    if (form.getAll(name).length > 1) throw invalidRequest(`'${name}' parameter must not be provided twice`);
  }
  const clientId = form.get('client_id') || undefined;
  const posted = form.get('client_secret') || undefined;
  if (authorization !== undefined && posted !== undefined)
    throw invalidRequest('client authentication must only be provided using one mechanism');
  if (authorization !== undefined) {
    const basic = parseBasic(authorization);
    if (!basic?.clientId) throw invalidRequest('invalid authorization header value format');
    if (clientId !== undefined && clientId !== basic.clientId) throw invalidRequest('client_id mismatch');
    return { clientId: basic.clientId, secret: secretOf(basic.secret, 'client_secret_basic') };
  }
  if (clientId === undefined) throw invalidRequest(NO_CLIENT);
  return { clientId, secret: secretOf(posted ?? '', 'client_secret_post') };
}

/** An empty secret is none (RFC 6749 section 2.3.1). */
function secretOf(value: string, method: SecretMethod): PresentedClient['secret'] {
  return value === '' ? undefined : { value, method };
}
