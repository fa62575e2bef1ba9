import type { JWTVerifyGetKey } from 'jose';
import type { EngineClients } from '../../../adapters/client.adapter.js';
import type { TokenLookup } from '../../../adapters/tokens/token-lookup.js';
import type { OutsideTokensService } from '../../registry/client-exchange/outside-tokens.service.js';
import type { FindApi } from '../oidc/resource-servers.js';

/** What the grants need that take tokens of others: token exchange, and assertions. */
export interface ExchangeParts {
  issuer: string;
  ownKeys: JWTVerifyGetKey;
  tokens: TokenLookup;
  clients: EngineClients;
  findApi: FindApi;
  accounts: { acceptsTokens(accountId: string, issuedAt: number): Promise<boolean> };
  outsideTokens: OutsideTokensService;
  /** Records that an assertion of this issuer was used, until it expires; false when it was used before, on any node. */
  isFirstUse(issuer: string, id: string, expiresAt: number): Promise<boolean>;
  /** Seconds that access tokens live, of people and of clients, where their API says nothing. */
  ttl: { accessToken: number; clientCredentials: number };
}
