import * as oidc from 'openid-client';
import { UserAgent } from '../../../src/demo/user-agent.js';
import {
  asks,
  type Detail,
  makeDetailsTypes,
  registerForDetails,
} from '../../harness/protocol/authorization-details.js';
import { protocolFixture } from '../../harness/protocol/protocol-fixture.js';
import { authorizationRequest, relyingParty, signIn } from '../../harness/protocol/relying-party.js';

export const CALLBACK = 'https://rp.example/callback';
export const SCOPE = 'openid offline_access';

/** The error of a request that was refused. */
export const refusal = (error: unknown) => error as { error?: string; error_description?: string };

/** How `obtain` asks. */
interface Asking {
  agent?: UserAgent;
  /** Parameters of the token request. */
  redeem?: Record<string, string>;
  /** Parameters of the authorization request. */
  more?: Record<string, string>;
  at?: oidc.Configuration;
}

/** A client that has the types of the details. For the top level of a test file: everything is closed after its tests. */
export async function detailsFixture() {
  const { addNode, person, server } = await protocolFixture({ env: { CIBA: 'on' } });
  await makeDetailsTypes(server);
  const client = await registerForDetails(server);
  const config = await relyingParty(server, client);

  async function begin(details: Detail[], agent: UserAgent, more: Record<string, string> = {}, at = config) {
    const request = await authorizationRequest(at, { scope: SCOPE, ...asks(...details), ...more });
    return { request, page: await signIn(request, person, agent) };
  }

  return {
    addNode,
    person,
    server,
    client,
    config,
    /** Opens a request in the browser: the page that comes, or the URL that the browser is sent back to. */
    begin,
    /** The tokens of a request once it is allowed. */
    obtain: async (
      details: Detail[],
      { agent = new UserAgent(), redeem = {}, more = {}, at = config }: Asking = {},
    ) => {
      const { page, request } = await begin(details, agent, more, at);
      const { url } = page.url.startsWith(CALLBACK)
        ? page
        : await agent.submit(page, {}, { action: '/consent', stopAt: CALLBACK });
      return oidc.authorizationCodeGrant(at, new URL(url), request.checks, redeem);
    },
    introspect: async (token: string | undefined) =>
      (await oidc.tokenIntrospection(config, token ?? '')) as Record<string, unknown>,
  };
}
