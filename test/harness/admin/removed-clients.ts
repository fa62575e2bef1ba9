import { expect } from '@jest/globals';
import { basic, postForm } from '../protocol/wire.js';
import { type RegisteredClient, startTestServer, type TestServer } from '../nodes/test-server.js';

/** Two nodes on one database: on the first clients are deleted, on the second they are restored. */
export class RemovedClients {
  private constructor(
    readonly server: TestServer,
    readonly other: TestServer,
    /** A client that introspects tokens of the others. */
    readonly witness: RegisteredClient,
  ) {}

  static async create(): Promise<RemovedClients> {
    const server = await startTestServer();
    const other = await startTestServer({ nodeOf: server });
    return new RemovedClients(server, other, await server.register());
  }

  async remove({ id }: RegisteredClient): Promise<void> {
    expect((await this.server.admin('DELETE', `/${id}`)).status).toBe(204);
  }

  async restore({ id }: RegisteredClient): Promise<Record<string, unknown>> {
    const answer = await this.other.admin('POST', `/${id}/restore`);
    expect(answer.status).toBe(200);
    return (await answer.json()) as Record<string, unknown>;
  }

  async introspect(token: string | undefined, node = this.server): Promise<Record<string, unknown>> {
    const form = { token: token ?? '' };
    return (await postForm(`${node.origin}/oauth2/introspect`, form, basic(this.witness))).body;
  }

  /** A client without people. */
  machine(scopes: string[] = []): Promise<RegisteredClient> {
    return this.server.register({ grant_types: ['client_credentials'], redirect_uris: [], scopes });
  }

  askToken(client: RegisteredClient, node = this.server, more: Record<string, string> = {}) {
    const form = { grant_type: 'client_credentials', ...more };
    return postForm(`${node.origin}/oauth2/token`, form, basic(client));
  }

  async close(): Promise<void> {
    await this.other.close();
    await this.server.close();
  }
}
