import { createHash } from 'node:crypto';
import { type AdapterFactory, type KoaContextWithOIDC, Provider } from 'oidc-provider';
import { ArtifactAdapter, type ArtifactContext } from '../../../adapters/artifact.adapter.js';
import { isModelName } from '../../../adapters/artifact.models.js';
import { ClientAdapter, clientOfRequest, clientTokensValidAfter } from '../../../adapters/client.adapter.js';
import { forEngine, replayError } from '../../../adapters/engine-errors.js';
import { firstUseOfAssertion } from '../../../adapters/tokens/first-use.js';
import { TokenTransaction } from '../../../adapters/token-transaction.js';
import { strangerActor } from '../../identity/account-events/actor.js';
import type { Context } from '../../context.js';
import { AppError } from '../../platform/errors/errors.js';
import { ownKeys } from '../../platform/keys/own-keys.js';
import { ADMIN_SCOPES } from '../../tenancy/access/permissions.js';
import { makeIntrospection, makeTokenLookup } from '../introspection/introspection.js';
import type { ExchangeParts } from '../oidc-exchange/exchange-parts.js';
import { backchannelHints } from '../oidc-backchannel/backchannel-hints.js';
import { pingHandler, pingMessage, queuePings } from '../oidc-backchannel/pings.js';
import { enginePages } from '../oidc-interactions/engine-pages.js';
import { membershipRule } from '../oidc-interactions/membership.js';
import { queueBackChannelLogout } from '../oidc-session-patches/back-channel-logout.js';
import { recordSignIns } from '../oidc-session-patches/sign-ins.js';
import { logoutHandler } from './logout-delivery.js';
import { logoutMessage } from '../../identity/sessions/logout-messages.js';
import { clientsWithDocuments } from '../oidc-guards/document-clients.js';
import { countAnonymous, countAnonymousInEngine } from '../oidc-guards/anonymous-requests.js';
import { compileTypes, typesFingerprint } from '../oidc-authorization-details/details-types.js';
import { Engine } from './engine.js';
import { listenForTokenReuse } from '../oidc-session-patches/token-reuse.js';
import { engineSubjects } from '../oidc-subjects/engine-subjects.js';
import { findAccount } from '../oidc-subjects/find-account.js';
import { secondFactorRules } from '../oidc-second-factor/second-factor-rules.js';
import { buildProvider, type PatchParts } from './provider.js';
import { useRegisteredAudiences } from '../oidc-resources/resource-servers.js';
import { listenForUsage, type UsageListener } from './usage-events.js';

/** What the engine runs on. */
export type EngineServices = Omit<Context, 'usage'> & { usage: UsageListener };

/** What is told of the engine. */
export interface EngineEvents {
  /** Changed keys, scopes or types of authorization details made it rebuild. */
  onChange?: (() => void) | undefined;
  /** Called with each Provider before its first request. */
  watch?: ((provider: Provider) => void) | undefined;
}

/**
 * Starts the engine on the services of this process. Throws SettingsError when the file of trusted authorities cannot be
 * used.
 */
export async function startEngine(
  context: EngineServices,
  { onChange, watch }: EngineEvents = {},
): Promise<Engine> {
  const { access, accounts, apis, clientPages, keys, liveClients, log, outbox, pages } = context;
  const { certificates, database, scopes, settings, signIns, usage } = context;
  const admin: readonly string[] = ADMIN_SCOPES;
  certificates.load();
  const mayAuthorize = membershipRule(liveClients, access);
  const subjects = engineSubjects(clientsWithDocuments(context.clientDocuments), context.clientSubjects);
  const artifacts = artifactContext(context);
  const engine = await Engine.start(async () => {
    const [keySet, catalogue] = await Promise.all([keys.load(), scopes.plainNames()]);
    const types = await context.detailsTypes.describe();
    const names = catalogue.filter((name) => !admin.includes(name));
    const parts = {
      settings,
      keys: keySet,
      scopes: names,
      adapter: adapterFactory(context, names, new Set(types.map(({ type }) => type)), artifacts),
      findAccount: findAccount(context, mayAuthorize, subjects),
      subjects: {
        subjectOf: (clientId: string, accountId: string) =>
          forEngine(() => subjects.subjectOf(clientId, accountId)),
        accountOf: (clientId: string, subject: string) =>
          forEngine(() => subjects.accountOf(clientId, subject)),
      },
      findApi: (audience: string) => forEngine(() => apis.findByAudience(audience)),
      audiencesOf: (requested: readonly string[]) => audiencesOf(context, names, requested),
      certificates,
      dpopNonceSecret: context.vault.digest('dpop-nonces', 'nonces'),
      countAnonymous: (ctx: KoaContextWithOIDC) =>
        forEngine(() => countAnonymousInEngine(countAnonymous(context))(ctx)),
      mayAuthorize: (clientId: string, accountId: string) =>
        forEngine(() => mayAuthorize(clientId, accountId)),
      secondFactor: secondFactorRules(context),
      backchannel: backchannelHints(context, mayAuthorize),
      pages: enginePages(pages, clientPages, accounts),
      signUp: context.signUp.mode,
    };
    return {
      fingerprint: createHash('sha256')
        .update(JSON.stringify([keySet.fingerprint, names, typesFingerprint(types)]))
        .digest('base64url'),
      plainScopes: new Set(names),
      signing: keySet.signing,
      build: () => {
        const detailed = { ...parts, detailsTypes: compileTypes(types) };
        const provider = buildProvider(detailed, patchParts(context, artifacts), log);
        listenForUsage(provider, usage);
        watch?.(provider);
        listenForTokenReuse(provider, ({ accountId, clientId, ...origin }) => {
          const action = 'account.refresh_token_reused';
          context.accountEvents.note({ actor: strangerActor(origin), action, accountId, clientId });
        });
        recordSignIns(provider, {
          completed: (signIn) => forEngine(() => signIns.completed(signIn)),
          ended: (uid) => forEngine(() => signIns.ended(uid)),
        });
        queuePings(provider, (ping) =>
          database.transaction(async (tx) => {
            await outbox.enqueue(tx, pingMessage(ping));
          }),
        );
        queueBackChannelLogout(provider, (notices) =>
          forEngine(() =>
            database.transaction(async (tx) => {
              await outbox.enqueueAll(tx, notices.map(logoutMessage));
            }),
          ),
        );
        return provider;
      },
    };
  }, onChange);
  outbox.handle(logoutHandler(engine));
  outbox.handle(pingHandler(liveClients, settings.issuer));
  return engine;
}

/** Asks the catalogue only about names that are no plain scopes. */
async function audiencesOf(
  { scopes }: EngineServices,
  plain: readonly string[],
  names: readonly string[],
): Promise<string[]> {
  const ofApis = names.filter((name) => !plain.includes(name));
  if (ofApis.length === 0) return [];
  const described = await forEngine(() => scopes.describe(ofApis));
  return [...new Set(described.flatMap(({ api }) => api?.audience ?? []))];
}

function artifactContext(context: EngineServices): ArtifactContext {
  const { accounts, artifacts, authorizingAccounts, liveClients, settings, vault } = context;
  return {
    store: artifacts,
    vault,
    refreshGrace: settings.refreshGrace,
    interactionTtl: settings.ttl.interaction,
    clientTokensValidAfter: (clientId: string) => clientTokensValidAfter(liveClients, clientId),
    findAccount: (accountId: string) => accounts.findActive(accountId),
    authorizingAccounts,
  };
}

function adapterFactory(
  { clientDocuments, settings }: EngineServices,
  scopes: readonly string[],
  detailsTypes: ReadonlySet<string>,
  artifacts: ArtifactContext,
): AdapterFactory {
  const clients = clientsWithDocuments(clientDocuments);
  return (name) => {
    if (name === 'Client')
      return new ClientAdapter(
        clients,
        new Set(scopes),
        settings.allow.implicit,
        settings.protocol.parRequired,
        settings.protocol.ciba,
        detailsTypes,
      );
    if (isModelName(name)) return new ArtifactAdapter(name, artifacts);
    throw new Error(`the engine asked for a model that is not stored: ${name}`);
  };
}

function exchangeParts(context: EngineServices): ExchangeParts {
  const { accounts, apis, artifacts, clientDocuments, clientSubjects, keys } = context;
  const { outsideTokens, settings } = context;
  return {
    issuer: settings.issuer,
    ownKeys: ownKeys(keys),
    keys,
    tokens: makeTokenLookup(context),
    clients: clientsWithDocuments(clientDocuments),
    findApi: (audience) => apis.findByAudience(audience),
    accounts,
    subjects: clientSubjects,
    outsideTokens,
    identityIssuers: settings.protocol.identityIssuers,
    isFirstUse: firstUseOfAssertion(artifacts),
    ttl: settings.ttl,
  };
}

function patchParts(context: EngineServices, artifacts: ArtifactContext): PatchParts {
  const { apis, attempts, clientAuthentication, liveClients, pages, rateLimits, usage, vault } = context;
  const introspection = makeIntrospection(context);
  const clients = clientsWithDocuments(context.clientDocuments);
  return {
    vault,
    pages,
    authorizingAccounts: context.authorizingAccounts,
    exchange: exchangeParts(context),
    introspect: (clientId, token) =>
      forEngine(async () => {
        const client = await liveClients.find(clientId);
        return client ? introspection.answer(client, await introspection.describe(token)) : { active: false };
      }),
    findClient: (clientId) => forEngine(() => clientOfRequest(clients, clientId)),
    compareClientSecret: (clientId, presented, used) =>
      forEngine(async () => {
        const client = await clientOfRequest(liveClients, clientId);
        if (!client) return { refusal: 'wrong_secret' };
        const address = Provider.ctx?.ip ?? '';
        const outcome = await clientAuthentication.authenticate(client, presented, used, address);
        if ('secretId' in outcome) usage.secretUsed(clientId, outcome.secretId);
        return outcome;
      }),
    pollsTooSoon: (deviceCode, source) =>
      forEngine(async () => {
        try {
          await attempts.reserve([rateLimits.devicePoll(deviceCode, source)]);
          return false;
        } catch (error) {
          if (error instanceof AppError && error.kind === 'slow_down') return true;
          throw error;
        }
      }),
    inTokenTransaction: (work) =>
      forEngine(async () => {
        const ctx = Provider.ctx;
        if (ctx) await useRegisteredAudiences((audience) => apis.findByAudience(audience), ctx);
        // In the grace the response is the same as that of the request that rotated the token.
        if ((await TokenTransaction.run(artifacts, work)) === 'replayed') throw replayError();
      }),
  };
}
