import { createHash } from 'node:crypto';
import { ArtifactAdapter } from '../../adapters/artifact.adapter.js';
import { isModelName } from '../../adapters/artifact.models.js';
import { ClientAdapter, clientOfRequest, clientRestoredAt } from '../../adapters/client.adapter.js';
import { claimsOf } from '../accounts/claims.js';
import type { Context } from '../context.js';
import { enginePages } from '../interactions/engine-pages.js';
import { ADMIN_SCOPES } from './configuration.js';
import { Engine } from './engine.js';
import { buildProvider } from './provider.js';

/** Starts the engine on the services of this process. */
export function startEngine(context: Context): Promise<Engine> {
  const { accounts, artifacts, clientAuthentication, clients, keys, log, pages, scopes, settings, vault } =
    context;
  const admin: readonly string[] = ADMIN_SCOPES;
  const artifactContext = {
    store: artifacts,
    vault,
    refreshGrace: settings.refreshGrace,
    clientRestoredAt: (clientId: string) => clientRestoredAt(clients, clientId),
  };

  return Engine.start(async () => {
    const [keySet, catalogue] = await Promise.all([keys.load(), scopes.all()]);
    const names = catalogue.map(({ name }) => name).filter((name) => !admin.includes(name));
    return {
      fingerprint: createHash('sha256')
        .update(JSON.stringify([keySet.fingerprint, names]))
        .digest('base64url'),
      build: () =>
        buildProvider(
          {
            settings,
            keys: keySet,
            scopes: names,
            adapter: (name) => {
              if (name === 'Client') return new ClientAdapter(clients, new Set(names));
              if (isModelName(name)) return new ArtifactAdapter(name, artifactContext);
              throw new Error(`the engine asked for a model that is not stored: ${name}`);
            },
            findAccount: async (_ctx, sub) => {
              const account = await accounts.find(sub);
              return account && { accountId: account.id, claims: () => Promise.resolve(claimsOf(account)) };
            },
            isClientLive: (clientId) => clients.isLive(clientId),
            pages: enginePages(pages, clients, accounts),
          },
          {
            vault,
            compareClientSecret: async (clientId, presented) => {
              const { secrets, address } = await clientOfRequest(clients, clientId);
              return (await clientAuthentication.verify(clientId, secrets, presented, address)) !== undefined;
            },
          },
          log,
        ),
    };
  });
}
