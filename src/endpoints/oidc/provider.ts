import type { Provider } from 'oidc-provider';
import type { Vault } from '../../platform/crypto/sealing.js';
import type { Logger } from '../../platform/telemetry/telemetry.js';
import { answerTooLarge } from '../oidc-patches/body-limit.js';
import { type FindClient, reuseClients } from '../oidc-patches/client-cache.js';
import { type CompareClientSecret, compareSecretsInRegistry } from '../oidc-patches/client-secret.js';
import { type InTransaction, transactionalProvider } from '../oidc-patches/grant-transactions.js';
import { answerIntrospection, type Introspect } from '../oidc-patches/own-introspection.js';
import { completeHttp } from '../oidc-patches/protocol-http.js';
import { deriveRefreshTokens } from '../oidc-patches/refresh-token-id.js';
import { scopeClaimsByClient } from '../oidc-patches/id-token-claims.js';
import { keepSessionId } from '../oidc-patches/session-id.js';
import { answerUnsavedSession } from '../oidc-patches/unsaved-session.js';
import { engineConfiguration, type EngineParts } from './configuration.js';
import { logEngineEvents } from './engine-log.js';

/** What the patches of the engine need. */
export interface PatchParts {
  vault: Vault;
  findClient: FindClient;
  compareClientSecret: CompareClientSecret;
  inTokenTransaction: InTransaction;
  introspect: Introspect;
}

/** Constructs and patches oidc-provider. A Provider's keys and scopes are fixed: to change them, build another. */
export function buildProvider(parts: EngineParts, patches: PatchParts, log: Logger): Provider {
  const PatchedProvider = transactionalProvider(patches.inTokenTransaction);
  const provider = new PatchedProvider(parts.settings.issuer, engineConfiguration(parts));
  provider.proxy = true;
  reuseClients(provider, patches.findClient);
  compareSecretsInRegistry(provider, patches.compareClientSecret);
  deriveRefreshTokens(provider, patches.vault);
  scopeClaimsByClient(provider);
  keepSessionId(provider);
  completeHttp(provider, parts.pages);
  answerUnsavedSession(provider, parts.pages);
  answerTooLarge(provider);
  answerIntrospection(provider, patches.introspect);
  logEngineEvents(provider, log);
  return provider;
}
