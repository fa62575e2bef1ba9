import { request } from 'node:http';
import * as oidc from 'openid-client';
import { Agent, fetch as undiciFetch } from 'undici';
import type { Issued } from '../outside/certificate-authority.js';
import type { RegisteredClient, TestServer } from '../nodes/test-server.js';

type Fetch = (url: string, options?: object) => Promise<Response>;

/** A fetch that connects with the certificate, or with none, and trusts this authority. */
export function fetchWith(ca: string, client?: Issued): Fetch {
  const own = client ? { cert: client.cert, key: client.key } : {};
  const dispatcher = new Agent({ connect: { ca, ...own }, keepAliveTimeout: 1, pipelining: 0 });
  return (url, options = {}) => undiciFetch(url, { ...options, dispatcher });
}

/** A relying party that authenticates by its certificate, at the aliases of discovery. */
export async function certifiedParty(
  server: TestServer,
  client: RegisteredClient,
  fetch: Fetch,
  auth: oidc.ClientAuth = oidc.TlsClientAuth(),
): Promise<oidc.Configuration> {
  return oidc.discovery(
    new URL(server.issuer),
    client.client_id,
    {
      use_mtls_endpoint_aliases: true,
      id_token_signed_response_alg: String(client['id_token_signed_response_alg']),
    },
    auth,
    { execute: [oidc.allowInsecureRequests], [oidc.customFetch]: fetch },
  );
}

/** A request to a node without a proxy between, from an address of this machine, with these headers as they are. */
export async function requestFrom(
  address: string,
  url: string,
  headers: Record<string, string | string[]>,
  form?: Record<string, string>,
): Promise<{ status: number; body: Record<string, unknown> }> {
  const sent = request(url, {
    method: form ? 'POST' : 'GET',
    localAddress: address,
    family: 4,
    headers: { ...headers, ...(form ? { 'content-type': 'application/x-www-form-urlencoded' } : {}) },
  });
  sent.end(form ? new URLSearchParams(form).toString() : undefined);
  return new Promise((resolve, reject) => {
    sent.once('error', reject);
    sent.once('response', (answer) => {
      const chunks: Buffer[] = [];
      answer.on('data', (chunk: Buffer) => chunks.push(chunk));
      answer.once('end', () => {
        const text = Buffer.concat(chunks).toString();
        const isJson = answer.headers['content-type']?.includes('json');
        resolve({
          status: answer.statusCode ?? 0,
          body: isJson ? (JSON.parse(text) as Record<string, unknown>) : {},
        });
      });
    });
  });
}
