import { clientOfRequest, type EngineClients } from '../../../adapters/client.adapter.js';
import type { ClientSubjectsService } from '../../registry/client-subjects/client-subjects.service.js';

/** `ClientSubjectsService` by client_id. */
export interface EngineSubjects {
  /** Throws when there is no such client. */
  subjectOf: (clientId: string, accountId: string) => Promise<string>;
  /** Undefined also when there is no such client. */
  accountOf: (clientId: string, subject: string) => Promise<string | undefined>;
}

/** The subjects of these clients. */
export function engineSubjects(clients: EngineClients, subjects: ClientSubjectsService): EngineSubjects {
  return {
    subjectOf: async (clientId, accountId) => {
      const client = await clientOfRequest(clients, clientId);
      if (!client) throw new Error(`a token is made for the client ${clientId}, which is gone`);
      return subjects.subjectOf(client.record, accountId);
    },
    accountOf: async (clientId, subject) => {
      const client = await clientOfRequest(clients, clientId);
      return client && subjects.accountOf(client.record, subject);
    },
  };
}
