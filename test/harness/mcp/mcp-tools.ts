import type { IncomingMessage, ServerResponse } from 'node:http';
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import { createRemoteJWKSet, jwtVerify } from 'jose';

/**
 * The tools of an MCP server: one, `subject`, that says who calls it. Who has no token of the issuer for `url` with the scope
 * `tools.call` gets 401 and is told where the metadata of the server are (RFC 9728 section 5.1).
 */
export function mcpTools(
  issuer: string,
  url: string,
  metadata: string,
): (request: IncomingMessage, response: ServerResponse) => Promise<void> {
  const keys = createRemoteJWKSet(new URL(`${issuer}/oauth2/jwks`));
  const subjectOf = async (token: string): Promise<string | undefined> => {
    const { payload } = await jwtVerify(token, keys, { issuer, audience: url });
    return payload['scope'] === 'tools.call' ? payload.sub : undefined;
  };
  return async (request, response) => {
    const [, token = ''] = /^Bearer (.+)$/.exec(request.headers.authorization ?? '') ?? [];
    const subject = await subjectOf(token).catch(() => undefined);
    if (subject === undefined) {
      response.writeHead(401, { 'WWW-Authenticate': `Bearer resource_metadata="${metadata}"` }).end();
      return;
    }
    const server = new McpServer({ name: 'tools', version: '1.0.0' });
    server.registerTool('subject', {}, () => ({ content: [{ type: 'text', text: subject }] }));
    const transport = new StreamableHTTPServerTransport({ enableJsonResponse: true });
    await server.connect(transport);
    await transport.handleRequest(request, response);
  };
}
