import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

/** A relying party's endpoint for back-channel logout. */
export interface LogoutReceiver {
  uri: string;
  /** The logout tokens that came so far. */
  tokens: string[];
  close(): Promise<void>;
}

/** Listens on localhost and answers every logout token with this status. */
export async function startLogoutReceiver(status = 200): Promise<LogoutReceiver> {
  const tokens: string[] = [];
  const receive = async (request: IncomingMessage): Promise<void> => {
    tokens.push(new URLSearchParams(await text(request)).get('logout_token') ?? '');
  };
  const server = createServer((request, response) => {
    void receive(request).then(() => response.writeHead(status).end());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    uri: `http://127.0.0.1:${String(port)}/logout`,
    tokens,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
