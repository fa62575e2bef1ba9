import { errors, Provider } from 'oidc-provider';
import type { EngineClients } from '../../../adapters/client.adapter.js';
import { asErrorDescription } from '../../platform/text/error-description.js';
import { AppError } from '../../platform/errors/errors.js';
import type {
  ClientDocumentsService,
  ClientUse,
} from '../../registry/client-documents/client-documents.service.js';

/** The routes at which the document of a client is fetched, and only there: elsewhere the client is known already. */
const USES: Readonly<Record<string, ClientUse>> = {
  authorization: 'authorization',
  device_authorization: 'authorization',
  pushed_authorization_request: 'authorization',
  token: 'authentication',
};

/** The clients of the engine's requests, those with a document as it says they are now. */
export function clientsWithDocuments(documents: Pick<ClientDocumentsService, 'find'>): EngineClients {
  return {
    find: async (clientId) => {
      const ctx = Provider.ctx;
      const route = ctx?.oidc?.route ?? '';
      try {
        return await documents.find(clientId, USES[route] ?? 'other', ctx?.ip ?? '');
      } catch (error) {
        if (!(error instanceof AppError) || error.kind !== 'invalid') throw error;
        throw refusal(route, error.message);
      }
    },
  };
}

/** At the authorization endpoint it is shown to the person, who can tell the developers of the application. */
function refusal(route: string, message: string): Error {
  const description = asErrorDescription(message);
  if (route === 'authorization') return new errors.InvalidClient(description);
  return Object.assign(new errors.InvalidClientAuth(description), { error_description: description });
}
