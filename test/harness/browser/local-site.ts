import { createServer, type IncomingHttpHeaders, type RequestListener } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { SELF_SIGNED } from './self-signed.js';

/** A web site of somebody else on this computer, which remembers every request. */
export interface LocalSite {
  origin: string;
  requests: { method: string; url: string; headers: IncomingHttpHeaders }[];
  close(): Promise<void>;
}

/** Serves one document for every path, under https with a certificate that only the tests accept if so wanted. */
export async function startSite(
  document: { type: string; body: string | Buffer } = {
    type: 'text/html',
    body: '<!doctype html><title>Arrived</title>',
  },
  options: { https?: boolean } = {},
): Promise<LocalSite> {
  const requests: LocalSite['requests'] = [];
  const listener: RequestListener = (request, response) => {
    requests.push({ method: request.method ?? '', url: request.url ?? '', headers: request.headers });
    response.setHeader('Content-Type', document.type).end(document.body);
  };
  const server = options.https ? createTlsServer(SELF_SIGNED, listener) : createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    origin: `${options.https ? 'https' : 'http'}://localhost:${String(port)}`,
    requests,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
