import { createHash } from 'node:crypto';
import { Provider } from 'oidc-provider';
import { ArtifactAdapter } from '../../../adapters/artifact.adapter.js';
import { isModelName } from '../../../adapters/artifact.models.js';
import { ClientAdapter, clientNotBefore, clientOfRequest } from '../../../adapters/client.adapter.js';
import { forEngine } from '../../../adapters/engine-errors.js';
import { RequestMemory } from '../../../adapters/request-memory.js';
import { inOneStatement } from '../../../adapters/request-writes.js';
import type { Account } from '../../identity/accounts/account.js';
import { ADMIN_SCOPES } from '../../tenancy/access/permissions.js';
import { claimsOf } from '../../identity/accounts/claims.js';
import type { Context } from '../../context.js';
import { enginePages } from '../oidc-interactions/engine-pages.js';
import { queueBackChannelLogout } from '../oidc-patches/back-channel-logout.js';
import { logoutHandler, logoutMessage } from './back-channel-logout.js';
import { Engine } from './engine.js';
import { membershipRule } from '../oidc-interactions/membership.js';
import { buildProvider } from './provider.js';
import { listenForUsage, type UsageListener } from './usage-events.js';

/** What the engine runs on. */
export type EngineServices = Omit<Context, 'usage'> & { usage: UsageListener };

/** Accounts that were asked for together with what comes before them. */
const expectedAccounts = new RequestMemory<Promise<Account | undefined>>();

/** Starts the engine on the services of this process; `onChange` is told when keys or scopes made it anew. */
export async function startEngine(context: EngineServices, onChange?: () => void): Promise<Engine> {
  const {
    access,
    accounts,
    apis,
    artifacts,
    clientAuthentication,
    clients,
    database,
    keys,
    log,
    outbox,
    pages,
    scopes,
    settings,
    usage,
    vault,
  } = context;
  const admin: readonly string[] = ADMIN_SCOPES;
  const mayAuthorize = membershipRule(clients, access);
  const artifactContext = {
    store: artifacts,
    vault,
    refreshGrace: settings.refreshGrace,
    clientNotBefore: (clientId: string) => clientNotBefore(clients, clientId),
    expectAccount: (accountId: string) => {
      const account = accounts.find(accountId);
      account.catch(() => undefined);
      expectedAccounts.set(accountId, account);
    },
  };

  const engine = await Engine.start(async () => {
    const [keySet, catalogue] = await Promise.all([keys.load(), scopes.plainNames()]);
    const names = catalogue.filter((name) => !admin.includes(name));
    return {
      fingerprint: createHash('sha256')
        .update(JSON.stringify([keySet.fingerprint, names]))
        .digest('base64url'),
      build: () => {
        const provider = buildProvider(
          {
            settings,
            keys: keySet,
            scopes: names,
            adapter: (name) => {
              if (name === 'Client')
                return new ClientAdapter(clients, new Set(names), settings.allow.implicit);
              if (isModelName(name)) return new ArtifactAdapter(name, artifactContext);
              throw new Error(`the engine asked for a model that is not stored: ${name}`);
            },
            findAccount: (_ctx, sub, token) =>
              forEngine(async () => {
                // At the authorization endpoint the interaction policy asks, and says why not.
                const allowed = token?.clientId === undefined || (await mayAuthorize(token.clientId, sub));
                const account = allowed
                  ? await (expectedAccounts.take(sub) ?? accounts.find(sub))
                  : undefined;
                return account && { accountId: account.id, claims: () => Promise.resolve(claimsOf(account)) };
              }),
            findApi: (audience) => forEngine(() => apis.findByAudience(audience)),
            isClientLive: (clientId) => forEngine(async () => !!(await clientOfRequest(clients, clientId))),
            mayAuthorize: (clientId, accountId) => forEngine(() => mayAuthorize(clientId, accountId)),
            pages: enginePages(pages, clients, accounts),
          },
          {
            vault,
            together: (work) => forEngine(() => inOneStatement(artifacts, work)),
            findClient: (clientId) => forEngine(() => clientOfRequest(clients, clientId)),
            compareClientSecret: (clientId, presented) =>
              forEngine(async () => {
                const secrets = (await clientOfRequest(clients, clientId))?.secrets ?? [];
                const address = Provider.ctx?.ip ?? '';
                const secretId = await clientAuthentication.verify(clientId, secrets, presented, address);
                if (secretId !== undefined) usage.secretUsed(clientId, secretId);
                return secretId !== undefined;
              }),
          },
          log,
        );
        listenForUsage(provider, usage);
        queueBackChannelLogout(provider, (notices) =>
          forEngine(() =>
            database.transaction(async (tx) => {
              for (const notice of notices) await outbox.enqueue(tx, logoutMessage(notice));
            }),
          ),
        );
        return provider;
      },
    };
  }, onChange);
  outbox.handle(logoutHandler(engine));
  return engine;
}
