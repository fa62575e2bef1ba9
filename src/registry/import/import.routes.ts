import { AppError } from '../../platform/errors/errors.js';
import { parseInput } from '../../platform/wire/input.js';
import type { AccessService } from '../../tenancy/access/access.service.js';
import type { Operation } from '../../tenancy/operations/operation.js';
import { PROJECT } from '../../tenancy/operations/paths.js';
import { routeGroup } from '../../tenancy/operations/route-group.js';
import { CLIENTS_TAG } from '../clients/clients.routes.js';
import { failuresOf, importRefused, reportToWire } from './import-report.js';
import { importRequest, importResponse } from './import.schema.js';
import type { ImportService } from './import.service.js';

/** What the route of imports needs. */
export interface ImportRoutesDependencies {
  access: AccessService;
  clientImport: ImportService;
}

const MAX_BYTES = 4 * 1024 * 1024;
/** Secrets in plain text are hashed while the caller waits. */
const MAX_CLIENTS = 200;

const OPERATIONS = {
  import: {
    tag: CLIENTS_TAG,
    id: 'importClients',
    method: 'post',
    path: `${PROJECT}/oauth_clients/import`,
    summary: 'Bring clients of another system here, with their client_ids and secrets: all of them or none.',
    authorization: { permission: 'clients.write', at: 'project' },
    request: { schema: importRequest, maxBytes: MAX_BYTES },
    status: 200,
    response: importResponse,
  },
} satisfies Record<string, Operation>;

/** Imports of clients. */
export const importRoutes = routeGroup(OPERATIONS, (deps: ImportRoutesDependencies) => ({
  import: async ({ actor, caller, tenant, body }) => {
    const { access, clientImport } = deps;
    const { content, system, dry_run: dryRun, partial, update } = parseInput(importRequest, body);
    const options = {
      system: system ?? undefined,
      dryRun: dryRun ?? false,
      partial: partial ?? false,
      update: update ?? false,
      maxClients: MAX_CLIENTS,
    };
    const report = await clientImport
      .import(actor, tenant, content, options, {
        newClient: (scopes) => access.authorizeNewClient(caller, tenant, scopes),
        change: (id, scopes) => access.authorizeClientChange(caller, tenant, id, scopes),
        delegation: (scopes, reach) => access.authorizeScopes(caller, tenant, scopes, reach),
        firstParty: () => access.authorizeFirstParty(caller),
      })
      .catch((thrown: unknown) => {
        throw inContent(thrown);
      });
    if (!options.dryRun && !options.partial && failuresOf(report).length > 0)
      throw importRefused(report, '/content');
    return { body: reportToWire(report) };
  },
}));

/** The pointers of content that cannot be read begin there. */
function inContent(thrown: unknown): unknown {
  if (!(thrown instanceof AppError) || thrown.kind !== 'invalid') return thrown;
  const errors = thrown.errors.map(({ pointer, detail }) => ({ pointer: `/content${pointer}`, detail }));
  return new AppError('invalid', thrown.message, { errors });
}
