import { FORM, type PresentedClient, presentedClient } from '../introspection/introspection-request.js';
import type { IncomingMessage } from 'node:http';

/** A request of a client for a token of its own, with nothing that only the engine knows. */
export interface ClientTokenRequest extends PresentedClient {
  secret: NonNullable<PresentedClient['secret']>;
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
/** Headers that change the answer, or how it has to be read. */
const OTHER_HEADERS = ['origin', 'dpop', 'content-encoding', 'transfer-encoding'];

/** Whether the body is a form of at most that many bytes that may be such a request, so that it is worth being read before the engine. */
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
  const form = new URLSearchParams(body.toString());
  const names = [...form.keys()];
  const isPlain = names.every((name) => PARAMETERS.has(name)) && new Set(names).size === names.length;
  if (form.get('grant_type') !== GRANT_TYPE || !isPlain) return undefined;
  const { clientId, secret } = presentedOrNone(form, authorization);
  if (clientId === undefined || !secret) return undefined;
  return {
    clientId,
    secret,
    scope: form.get('scope') || undefined,
    resource: form.get('resource') || undefined,
  };
}

function presentedOrNone(form: URLSearchParams, authorization: string | undefined): Partial<PresentedClient> {
  try {
    return presentedClient(form, authorization);
  } catch {
    return {};
  }
}
