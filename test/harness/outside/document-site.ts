import { createServer } from 'node:https';
import type { RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { SELF_SIGNED } from '../browser/self-signed.js';

type Handler = RequestListener | Record<string, unknown>;

/** A web site of somebody else on this computer, over https, with documents about clients. */
export interface DocumentSite {
  origin: string;
  host: string;
  /** The paths that were asked for, in order. */
  requests: string[];
  /** Serves a document about a public client at a path, with changes; returns its URL, the client_id. */
  publish(path: string, metadata?: Record<string, unknown>, headers?: Record<string, string>): string;
  /** Answers a path in another way. */
  answer(path: string, handler: RequestListener): string;
  close(): Promise<void>;
}

/** Until `close` this process accepts certificates that no authority vouches for. */
export async function startDocumentSite(): Promise<DocumentSite> {
  process.env['NODE_TLS_REJECT_UNAUTHORIZED'] = '0';
  const handlers = new Map<string, Handler>();
  const requests: string[] = [];
  const server = createServer(SELF_SIGNED, (request, response) => {
    const path = request.url ?? '';
    requests.push(path);
    const handler = handlers.get(path);
    if (typeof handler === 'function') handler(request, response);
    else response.writeHead(404).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const host = `localhost:${String((server.address() as AddressInfo).port)}`;
  const origin = `https://${host}`;
  const answer = (path: string, handler: RequestListener): string => {
    handlers.set(path, handler);
    return origin + path;
  };
  return {
    origin,
    host,
    requests,
    answer,
    publish: (path, metadata = {}, headers = {}) =>
      answer(path, (_request, response) => {
        const document = {
          client_id: origin + path,
          client_name: 'Desk',
          redirect_uris: ['https://rp.example/callback'],
          grant_types: ['authorization_code', 'refresh_token'],
          token_endpoint_auth_method: 'none',
          ...metadata,
        };
        response.writeHead(200, { 'Content-Type': 'application/json', ...headers });
        response.end(JSON.stringify(document));
      }),
    close: async () => {
      delete process.env['NODE_TLS_REJECT_UNAUTHORIZED'];
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
