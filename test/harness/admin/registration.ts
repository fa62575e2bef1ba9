import type { TestServer } from '../nodes/test-server.js';

/** An answer of the registration endpoint or of a client's own. */
export interface RegistrationAnswer {
  status: number;
  headers: Headers;
  body: Record<string, unknown>;
}

/** What a client that was registered through the endpoint knows about itself. */
export interface DynamicClient extends Record<string, unknown> {
  client_id: string;
  client_secret: string;
  registration_access_token: string;
  registration_client_uri: string;
}

export const METADATA = { client_name: 'Robot', redirect_uris: ['https://rp.example/callback'] };

/** Sends JSON, or text as it is, with a bearer token. */
export async function send(
  method: string,
  url: string,
  token?: string,
  body?: unknown,
): Promise<RegistrationAnswer> {
  const answer = await fetch(url, {
    method,
    headers: {
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  const text = await answer.text();
  const isJson = answer.headers.get('content-type')?.includes('application/json');
  return {
    status: answer.status,
    headers: answer.headers,
    body: isJson ? (JSON.parse(text) as Record<string, unknown>) : {},
  };
}

/** Registers a client; what the answer is, is for the test to say. */
export function tryRegister(
  server: TestServer,
  metadata: unknown,
  token?: string,
): Promise<RegistrationAnswer> {
  return send('POST', `${server.origin}/oauth2/register`, token, metadata);
}

/** Registers a client; throws unless the answer is 201. */
export async function selfRegister(server: TestServer, metadata: object = {}): Promise<DynamicClient> {
  const { status, body } = await tryRegister(server, { ...METADATA, ...metadata });
  if (status !== 201) throw new Error(`registering answered ${String(status)}: ${JSON.stringify(body)}`);
  return body as DynamicClient;
}
