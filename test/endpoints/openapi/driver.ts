import { type Answered, type Call, DocumentClient, fetchDocument } from '../../harness/admin/openapi.js';
import type { TestServer } from '../../harness/nodes/test-server.js';

/** Calls the operations of a server as its document describes them. */
export interface Driver {
  server: TestServer;
  client: DocumentClient;
  /** Throws unless the answer has this status. */
  call: (operation: string, status: number, call?: Call) => Promise<Answered>;
}

/** A driver with an admin token of every scope. */
export async function driverOf(server: TestServer): Promise<Driver> {
  const client = new DocumentClient(await fetchDocument(server), server.origin, await server.adminToken());
  return {
    server,
    client,
    call: async (operation, status, call = {}) => {
      const answer = await client.call(operation, call);
      if (answer.status !== status)
        throw new Error(`${operation} answered ${String(answer.status)}: ${JSON.stringify(answer.body)}`);
      return answer;
    },
  };
}

/** The id of what was answered. */
export const idOf = ({ body }: Answered): string => body['id'] as string;
/** The version of what was answered. */
export const tagOf = ({ headers }: Answered): string => headers.get('etag') ?? '';
