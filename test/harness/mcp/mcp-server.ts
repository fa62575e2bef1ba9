import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { makeApi } from '../admin/catalogue.js';
import type { TestServer } from '../nodes/test-server.js';
import { mcpTools } from './mcp-tools.js';

const METADATA = '/.well-known/oauth-protected-resource/mcp';

/**
 * Starts an MCP server with its protected resource metadata (RFC 9728), and puts it into the catalogue with the scope
 * `tools.call`, by default open to registration.
 */
export async function startMcpServer(
  server: TestServer,
  api: { open_to_registration: boolean } = { open_to_registration: true },
): Promise<{ url: string; close(): Promise<void> }> {
  const listener = createServer((request, response) => {
    if (request.url === '/mcp') {
      void tools(request, response);
      return;
    }
    if (request.url !== METADATA) {
      response.writeHead(404).end();
      return;
    }
    const metadata = {
      resource: url,
      authorization_servers: [server.issuer],
      scopes_supported: ['tools.call'],
    };
    response.setHeader('Content-Type', 'application/json');
    response.end(JSON.stringify(metadata));
  });
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
  const origin = `http://127.0.0.1:${String((listener.address() as AddressInfo).port)}`;
  const url = `${origin}/mcp`;
  const tools = mcpTools(server.issuer, url, origin + METADATA);
  await makeApi(server, { audience: url, ...api }, ['tools.call']);
  const close = async () => {
    listener.closeAllConnections();
    await new Promise((resolve) => listener.close(resolve));
  };
  return { url, close };
}
