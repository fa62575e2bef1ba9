import type * as oidc from 'openid-client';
import type { RegisteredClient } from '../../harness/nodes/test-server.js';
import { API, API_SCOPE, type Party } from '../../harness/traffic/party.js';
import type { Reply } from '../../harness/traffic/requests.js';

/** A client that people sign in to, and how it gets tokens. */
export interface RelyingParty {
  client: RegisteredClient;
  config: oidc.Configuration;
  /** What it asks for to keep a family of tokens. */
  lasting: Record<string, string>;
  token(form: Record<string, string>, node: number): Promise<Reply>;
  /** Whether a service exchanges its tokens. */
  isExchanged: boolean;
}

/** A confidential client with bearer tokens, and a public one whose tokens are bound to its key (RFC 9449 section 5). */
export type RelyingParties = Record<'web' | 'app', RelyingParty>;

export function relyingPartiesOf(party: Party): RelyingParties {
  return {
    web: {
      client: party.client,
      config: party.config,
      lasting: { scope: `openid offline_access ${API_SCOPE}`, resource: API },
      token: (form, node) => party.token(form, node),
      isExchanged: true,
    },
    app: {
      client: party.app,
      config: party.appConfig,
      lasting: { scope: 'openid offline_access' },
      token: (form, node) => party.bound(form, node),
      isExchanged: false,
    },
  };
}
