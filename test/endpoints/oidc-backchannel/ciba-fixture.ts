import * as oidc from 'openid-client';
import type { AtHome } from '../../harness/pages/account-pages.js';
import { protocolFixture } from '../../harness/protocol/protocol-fixture.js';
import { basic, postForm } from '../../harness/protocol/wire.js';

export const CIBA = 'urn:openid:params:grant-type:ciba';
/** The grant types of a client that asks for people. */
export const GRANTS = [CIBA, 'refresh_token'];
/** Where a person answers the requests of applications. */
export const PAGE = '/account/requests';

/** The keys of the requests on the page. */
export const waitingOn = (body: string) =>
  [...body.matchAll(/id="([0-9a-f]{64})"/g)].map(([, key = '']) => key);

/** Two nodes with CIBA and a client for it. For the top level of a test file: everything is closed after its tests. */
export async function cibaFixture() {
  const env = { CIBA: 'on' };
  const { addNode, client, config, server } = await protocolFixture({
    env,
    delivers: true,
    client: { client_name: 'Call centre', grant_types: GRANTS, redirect_uris: [] },
  });
  return {
    server,
    other: await addNode({ ...env, TRUSTED_PROXIES: '1' }),
    client,
    config,
    /** Sends a request for the person with this address. */
    begin: (hint: string, more: Record<string, string> = {}) =>
      oidc.initiateBackchannelAuthentication(config, { scope: 'openid email', login_hint: hint, ...more }),
    /** The answer to the request as it is, without a library. */
    ask: (fields: Record<string, string>, as = client) =>
      postForm(`${server.origin}/oauth2/backchannel`, { scope: 'openid email', ...fields }, basic(as)),
    /** Asks for the tokens once. */
    poll: (authReqId: string, as = client, node = server) =>
      postForm(`${node.origin}/oauth2/token`, { grant_type: CIBA, auth_req_id: authReqId }, basic(as)),
    /** Answers the first request on the person's page. */
    answer: async (home: AtHome, what: 'allow' | 'deny', origin = server.origin) => {
      const page = await home.open(PAGE, origin);
      const [key = ''] = waitingOn(page.body);
      return home.send(page, `${key}/${what}`);
    },
  };
}
