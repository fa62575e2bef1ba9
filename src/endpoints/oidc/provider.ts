import type { Provider } from 'oidc-provider';
import type { Vault } from '../../platform/crypto/sealing.js';
import type { Logger } from '../../platform/telemetry/telemetry.js';
import { describeRefusedClients } from '../client-authentication/described-refusals.js';
import { answerTooLarge } from '../oidc-patches/body-limit.js';
import { type FindClient, reuseClients } from '../oidc-patches/client-cache.js';
import { type CompareClientSecret, compareSecretsInRegistry } from '../oidc-patches/client-secret.js';
import { type InTransaction, transactionalProvider } from '../oidc-token-patches/grant-transactions.js';
import { describeRefusal } from '../oidc-token-patches/refused-grants.js';
import { renderFormPosts } from '../oidc-patches/form-post.js';
import type { Pages } from '../../platform/pages/pages.js';
import { answerIntrospection, type Introspect } from '../oidc-patches/own-introspection.js';
import { announcePlainPkce } from '../oidc-patches/plain-pkce.js';
import { acceptEmptySecrets } from '../oidc-token-patches/empty-secret.js';
import { acceptProofsForAliases } from '../oidc-token-patches/proof-address.js';
import { completeHttp } from '../oidc-patches/protocol-http.js';
import { deriveRefreshTokens } from '../oidc-token-patches/refresh-token-id.js';
import { scopeClaimsByClient } from '../oidc-token-patches/id-token-claims.js';
import { keepSessionId } from '../oidc-session-patches/session-id.js';
import { askWithoutReturn } from '../oidc-session-patches/unregistered-return.js';
import { answerUnsavedSession } from '../oidc-session-patches/unsaved-session.js';
import { type PollsTooSoon, sayInterval, slowDownPolls } from '../oidc-requests/device-polling.js';
import { supportTokenResponseType } from '../oidc-response-types/token-response-type.js';
import { answerUnauthorizedClient } from '../oidc-requests/unauthorized-client.js';
import { reportRequestedAcr } from '../oidc-second-factor/reported-acr.js';
import { acceptLoopbackPorts } from '../oidc-requests/loopback-ports.js';
import { completeScope } from '../oidc-requests/requested-scopes.js';
import type { ExchangeParts } from '../oidc-exchange/exchange-parts.js';
import { registerJwtBearer } from '../oidc-assertions/jwt-bearer.js';
import { registerTokenExchange } from '../oidc-exchange/token-exchange.js';
import type { AuthorizingAccountsService } from '../../tenancy/authorizing-accounts/authorizing-accounts.service.js';
import { requestChecks } from '../oidc-protocol/request-checks.js';
import { mutualTlsAliases } from '../oidc-protocol/mutual-tls.js';
import { nameIssuerInResponses } from '../oidc-protocol/response-issuer.js';
import { detectReplays } from '../oidc-patches/replay-detection.js';
import { checkRequests, insertRequestSteps } from '../oidc-patches/request-steps.js';
import { engineConfiguration, type EngineParts } from './configuration.js';
import { logEngineEvents } from './engine-log.js';

/** What the patches of the engine need. */
export interface PatchParts {
  vault: Vault;
  findClient: FindClient;
  authorizingAccounts: Pick<AuthorizingAccountsService, 'find'>;
  compareClientSecret: CompareClientSecret;
  inTokenTransaction: InTransaction;
  introspect: Introspect;
  pollsTooSoon: PollsTooSoon;
  pages: Pages;
  exchange: ExchangeParts;
}

/** Constructs and patches oidc-provider. A Provider's keys and scopes are fixed: to change them, build another. */
export function buildProvider(parts: EngineParts, patches: PatchParts, log: Logger): Provider {
  const PatchedProvider = transactionalProvider(async (ctx, work) => {
    if (ctx.oidc.params.grant_type === 'client_credentials') completeScope(ctx.oidc.params, ctx.oidc.client);
    await describeRefusal(ctx, () =>
      slowDownPolls(ctx, patches.pollsTooSoon, () => patches.inTokenTransaction(work)),
    );
  });
  insertRequestSteps();
  acceptEmptySecrets();
  const provider = new PatchedProvider(parts.settings.issuer, engineConfiguration(parts));
  provider.proxy = true;
  registerTokenExchange(provider, patches.exchange, parts.detailsTypes);
  registerJwtBearer(provider, patches.exchange);
  reuseClients(provider, patches.findClient);
  compareSecretsInRegistry(provider, patches.compareClientSecret);
  deriveRefreshTokens(provider, patches.vault);
  scopeClaimsByClient(provider);
  keepSessionId(provider);
  reportRequestedAcr(provider);
  completeHttp(provider, parts.pages);
  renderFormPosts(provider, patches.pages);
  if (parts.settings.allow.plainPkce) announcePlainPkce(provider);
  checkRequests(
    provider,
    requestChecks(parts.countAnonymous, parts.detailsTypes, patches.authorizingAccounts),
  );
  nameIssuerInResponses(provider);
  detectReplays(provider);
  const { clientCertificates, protocol } = parts.settings;
  const aliases = mutualTlsAliases(clientCertificates, protocol.ciba);
  acceptProofsForAliases(provider, new Set(Object.values(aliases)));
  acceptLoopbackPorts(provider);
  askWithoutReturn(provider);
  answerUnauthorizedClient(provider);
  if (parts.settings.allow.implicit) supportTokenResponseType(provider);
  sayInterval(provider);
  answerUnsavedSession(provider, parts.pages);
  answerTooLarge(provider);
  describeRefusedClients(provider);
  answerIntrospection(provider, patches.introspect);
  logEngineEvents(provider, log);
  return provider;
}
