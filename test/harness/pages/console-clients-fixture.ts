import { afterAll } from '@jest/globals';
import { startTestServer } from '../nodes/test-server.js';
import { ConsoleAgent, hiddenField, PROJECT } from './console-agent.js';

/** A client secret on a page. */
export const SECRET = /pst_[A-Za-z0-9_-]{43}/;
/** The path of the pages of clients. */
export const CLIENTS = `${PROJECT}/clients`;
/** The version and the base of the form of the identity. */
export const identityForm = (body: string) => ({
  version: hiddenField(body, 'version', '/settings/identity'),
  base: hiddenField(body, 'base', '/settings/identity'),
});
/** The fields of the form of the identity. */
export const IDENTITY = {
  client_name: 'Name',
  description: '',
  company: '',
  client_uri: '',
  logo_uri: '',
  policy_uri: '',
  tos_uri: '',
};

/** A server, and an operator in the console. For the top level of a test file: everything is closed after its tests. */
export async function consoleClientsFixture() {
  const server = await startTestServer();
  afterAll(() => server.close());
  const agent = await ConsoleAgent.signIn(server);

  const read = async (id: string) =>
    (await (await server.admin('GET', `/${id}`)).json()) as Record<string, never>;
  return { server, agent, read };
}
