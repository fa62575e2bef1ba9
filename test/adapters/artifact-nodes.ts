import { randomBytes } from 'node:crypto';
import { ArtifactAdapter } from '../../adapters/artifact.adapter.js';
import type { ModelName } from '../../adapters/artifact.models.js';
import { ArtifactRepository } from '../../adapters/artifact.repository.js';
import { ArtifactStore } from '../../adapters/artifact.store.js';
import { Vault } from '../../src/platform/crypto/sealing.js';
import { Database } from '../../src/platform/db/database.js';
import { createTestDatabase, type TestDatabase } from '../harness/database/test-database.js';

/** An id as the engine makes them. */
export const artifactId = () => randomBytes(32).toString('base64url');
/** A time in seconds since the epoch. */
export const inAnHour = () => Math.floor(Date.now() / 1000) + 3600;

/** The engine's storage on a database of its own, as two nodes have it. */
export class ArtifactNodes {
  readonly vault = new Vault(randomBytes(32));
  readonly #nodes: Database[];

  private constructor(readonly database: TestDatabase) {
    this.#nodes = [1, 2].map(() => new Database(database.url, 5, () => undefined));
  }

  static async create(): Promise<ArtifactNodes> {
    return new ArtifactNodes(await createTestDatabase());
  }

  adapter(model: ModelName, { node = 0, refreshGrace = 10 } = {}): ArtifactAdapter {
    return new ArtifactAdapter(model, {
      store: new ArtifactStore(this.repository(node)),
      vault: this.vault,
      refreshGrace,
      interactionTtl: 3_600,
      clientTokensValidAfter: () => Promise.resolve(0),
      findAccount: () => Promise.resolve(undefined),
      authorizingAccounts: { find: () => Promise.resolve(undefined) },
    });
  }

  repository(node = 0): ArtifactRepository {
    return new ArtifactRepository(this.#nodes[node] as Database);
  }

  async close(): Promise<void> {
    await Promise.all(this.#nodes.map((node) => node.close()));
    await this.database.drop();
  }
}
