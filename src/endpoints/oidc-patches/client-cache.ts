import type { Client, Provider } from 'oidc-provider';

/** The client as it is now: the same object until the client changes; undefined when it is deleted. */
export type FindClient = (clientId: string) => Promise<object | undefined>;

/**
 * Reuses the engine's object of a client until the client changes. The cache holds what the registry's own cache holds.
 *
 * Engine: lib/models/client.js:572 serializes and hashes a client's metadata on every request, and keeps the objects of a
 * hundred clients; beyond that it validates the metadata again on every request.
 * Test: test/endpoints/client-authentication/narrowed-client.test.ts and deleted-client.test.ts (a change is in force
 * with the next request).
 */
export function reuseClients(provider: Provider, findClient: FindClient): void {
  const clients = new WeakMap<object, Client>();
  const engineFind = provider.Client.find.bind(provider.Client);
  provider.Client.find = async (clientId) => {
    const found = typeof clientId === 'string' ? await findClient(clientId) : undefined;
    if (!found) return undefined;
    const client = clients.get(found) ?? (await engineFind(clientId));
    if (client) clients.set(found, client);
    return client;
  };
}
