import { afterAll } from '@jest/globals';
import { callAdmin } from '../admin/admin-caller.js';
import { PROJECT } from '../admin/usage.js';
import { type RegisteredClient, startTestServer, type TestServer } from '../nodes/test-server.js';
import { startDocumentSite } from './document-site.js';
import { relyingParty } from '../protocol/relying-party.js';

/**
 * A server that takes documents as clients, and a site that publishes them. For the top level of a test file: everything
 * is closed after its tests.
 */
export async function documentFixture() {
  const site = await startDocumentSite();
  const server = await startTestServer({ env: { CLIENT_ID_DOCUMENTS: 'on' } });
  const nodes: TestServer[] = [];
  afterAll(async () => {
    for (const node of nodes.reverse()) await node.close();
    await server.close();
    await site.close();
  });

  async function addNode(env: Record<string, string> = { CLIENT_ID_DOCUMENTS: 'on' }): Promise<TestServer> {
    const node = await startTestServer({ nodeOf: server, env });
    nodes.push(node);
    return node;
  }

  const party = (clientId: string) =>
    relyingParty(server, { id: '', client_id: clientId, client_secret: '' });
  const fetchesOf = (clientId: string) =>
    site.requests.filter((path) => site.origin + path === clientId).length;

  async function recordOf(clientId: string): Promise<RegisteredClient | undefined> {
    const path = `${PROJECT}/oauth_clients?registration_type=document&text=${encodeURIComponent(clientId)}`;
    const { body } = await callAdmin(server, 'GET', path);
    return (body['data'] as RegisteredClient[]).find((client) => client.client_id === clientId);
  }

  /** The document is fetched again by nodes that do not remember it. */
  async function expire(clientId: string, hoursAgo = 1): Promise<void> {
    await server.database.pool.query(
      `UPDATE client_documents SET expires_at = now() - make_interval(hours => $2)
       WHERE oauth_client_id = (SELECT id FROM oauth_clients WHERE client_id = $1)`,
      [clientId, hoursAgo],
    );
  }

  /** What the authorization endpoint of a node answers before anybody signs in. */
  async function begin(
    clientId: string,
    node: TestServer = server,
    redirectUri = 'https://rp.example/callback',
  ): Promise<{ status: number; text: string; location: string | null }> {
    const query = new URLSearchParams({
      client_id: clientId,
      redirect_uri: redirectUri,
      response_type: 'code',
      scope: 'openid',
      state: 'x',
      code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
      code_challenge_method: 'S256',
    });
    const answer = await fetch(`${node.origin}/oauth2/authorize?${query.toString()}`, { redirect: 'manual' });
    return { status: answer.status, text: await answer.text(), location: answer.headers.get('location') };
  }
  return { site, server, addNode, party, fetchesOf, recordOf, expire, begin };
}
