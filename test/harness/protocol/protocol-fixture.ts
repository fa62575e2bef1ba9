import { afterAll } from '@jest/globals';
import { type RegisteredClient, startTestServer, type TestServer } from '../nodes/test-server.js';
import { relyingParty } from './relying-party.js';

/** What a test of the protocol starts with. */
export interface ProtocolOptions {
  /** Settings of the server as environment variables. */
  env?: Record<string, string>;
  /** Fields of the client's registration. */
  client?: Record<string, unknown>;
  /** Whether the server delivers what is in the outbox. */
  delivers?: boolean;
  /** The person's name. */
  person?: string;
}

/**
 * A server, a person, a client and a relying party on openid-client. For the top level of a test file: everything is
 * closed after its tests.
 */
export async function protocolFixture({
  env = {},
  client: fields,
  delivers = false,
  person: name,
}: ProtocolOptions = {}) {
  const server = await startTestServer({ env, delivers });
  const nodes: TestServer[] = [server];
  afterAll(async () => {
    for (const node of nodes.reverse()) await node.close();
  });
  const person = await server.person(name);
  const client: RegisteredClient = await server.register(fields);
  return {
    server,
    person,
    client,
    config: await relyingParty(server, client),
    /** Starts another node of the installation. */
    addNode: async (settings: Record<string, string> = {}): Promise<TestServer> => {
      const node = await startTestServer({ nodeOf: server, env: settings });
      nodes.push(node);
      return node;
    },
  };
}
