import type { IncomingMessage } from 'node:http';
import type { SecretMethod } from '../../registry/client-secrets/client-authentication.service.js';
import { parseBasic } from '../client-authentication/client-credentials.js';

/** A request of a client for a token of its own, with nothing that only the engine knows. */
export interface ClientTokenRequest {
  clientId: string;
  secret: { value: string; method: SecretMethod };
  /** This and `resource` are undefined when they were left out. */
  scope: string | undefined;
  resource: string | undefined;
}

const GRANT_TYPE = 'client_credentials';
const PARAMETERS: ReadonlySet<string> = new Set([
  'grant_type',
  'scope',
  'resource',
  'client_id',
  'client_secret',
]);
const FORM = /^application\/x-www-form-urlencoded(?: *; *charset=utf-8)?$/i;
/** As the engine takes it (lib/shared/client_auth.js:13 and :128). */
const BASIC = /^Basic (?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;
/** Headers that change the answer, or how it has to be read. */
const OTHER_HEADERS = ['origin', 'dpop', 'content-encoding', 'transfer-encoding'];

/** Whether the body is a form of at most that many bytes that may be such a request, so that it is worth being read. */
export function mayBeClientTokenRequest({ headers }: IncomingMessage, maxBytes: number): boolean {
  const length = Number(headers['content-length']);
  return (
    length > 0 &&
    length <= maxBytes &&
    FORM.test(headers['content-type'] ?? '') &&
    OTHER_HEADERS.every((name) => headers[name] === undefined)
  );
}

/** The request of this form; undefined when the engine has to answer, also what is wrong with it. */
export function clientTokenRequest(
  body: Buffer,
  authorization: string | undefined,
): ClientTokenRequest | undefined {
  // Without its own encoding, which nobody sends: forms of other grant types need not be parsed twice.
  if (!body.includes(GRANT_TYPE)) return undefined;
  const text = body.toString();
  const form = new URLSearchParams(text);
  const names = [...form.keys()];
  const isPlain = names.every((name) => PARAMETERS.has(name)) && new Set(names).size === names.length;
  // URLSearchParams leaves out a question mark at the beginning.
  if (form.get('grant_type') !== GRANT_TYPE || !isPlain || text.startsWith('?')) return undefined;
  const client = authorization === undefined ? posted(form) : ofHeader(form, authorization);
  return (
    client && {
      ...client,
      scope: form.get('scope') || undefined,
      resource: form.get('resource') || undefined,
    }
  );
}

type Credentials = Pick<ClientTokenRequest, 'clientId' | 'secret'>;

function posted(form: URLSearchParams): Credentials | undefined {
  const [clientId, value] = [form.get('client_id'), form.get('client_secret')];
  return clientId && value ? { clientId, secret: { value, method: 'client_secret_post' } } : undefined;
}

function ofHeader(form: URLSearchParams, authorization: string): Credentials | undefined {
  const basic = BASIC.test(authorization) ? parseBasic(authorization) : undefined;
  if (!basic?.clientId || !basic.secret || form.has('client_secret')) return undefined;
  const { clientId, secret } = basic;
  if (![null, '', clientId].includes(form.get('client_id'))) return undefined;
  return { clientId, secret: { value: secret, method: 'client_secret_basic' } };
}
