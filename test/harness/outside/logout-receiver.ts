import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

/** A relying party's endpoint for back-channel logout. */
export interface LogoutReceiver {
  uri: string;
  port: number;
  /** The logout tokens that came so far. */
  tokens: string[];
  close(): Promise<void>;
}

/** Listens on localhost and answers every logout token with this status, or never. */
export async function startLogoutReceiver(status: number | 'never' = 200, port = 0): Promise<LogoutReceiver> {
  const tokens: string[] = [];
  const receive = async (request: IncomingMessage): Promise<void> => {
    tokens.push(new URLSearchParams(await text(request)).get('logout_token') ?? '');
  };
  const server = createServer((request, response) => {
    void receive(request).then(() => (status === 'never' ? undefined : response.writeHead(status).end()));
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  const { port: own } = server.address() as AddressInfo;
  return {
    uri: `http://127.0.0.1:${String(own)}/logout`,
    port: own,
    tokens,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
