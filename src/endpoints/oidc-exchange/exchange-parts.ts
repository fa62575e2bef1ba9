import type { JWTVerifyGetKey } from 'jose';
import type { EngineClients } from '../../../adapters/client.adapter.js';
import type { TokenLookup } from '../../../adapters/tokens/token-lookup.js';
import type { KeysService } from '../../platform/keys/keys.service.js';
import type { OutsideTokensService } from '../../registry/client-exchange/outside-tokens.service.js';
import type { ClientSubjectsService } from '../../registry/client-subjects/client-subjects.service.js';
import type { Settings } from '../../settings/settings.js';
import type { FindApi } from '../oidc-resources/resource-servers.js';

/** What the grants need that take tokens of others: token exchange, and assertions. */
export interface ExchangeParts {
  issuer: string;
  ownKeys: JWTVerifyGetKey;
  /** The keys that this server signs with. */
  keys: Pick<KeysService, 'load'>;
  tokens: TokenLookup;
  clients: EngineClients;
  findApi: FindApi;
  accounts: { acceptsTokens(accountId: string, issuedAt: number): Promise<boolean> };
  /** What tokens call people. */
  subjects: ClientSubjectsService;
  outsideTokens: OutsideTokensService;
  /** Whose assertions about people are accepted; each with the claim that has the id of the account. */
  identityIssuers: Settings['protocol']['identityIssuers'];
  /** Records that an assertion of this issuer was used, until it expires; false when it was used before, on any node. */
  isFirstUse(issuer: string, id: string, expiresAt: number): Promise<boolean>;
  /** Seconds that access tokens live, of people and of clients, where their API says nothing. */
  ttl: { accessToken: number; clientCredentials: number };
}
