import { toSnake } from '../../platform/wire/snake-case.js';
import type { ProjectTenant } from '../../tenancy/tenants/tenant.js';
import { fixedFields, writableFields } from '../client-record/client-schema.js';
import type { ClientRecord } from '../client-record/client-record.js';
import type { ClientsService } from '../clients/clients.service.js';
import type { LiveClientsService } from '../live-clients/live-clients.service.js';

const FIELDS = Object.keys({ ...fixedFields, ...writableFields });
const PAGE = 100;

/** The clients of a project as a file that the import reads. */
export interface ClientExport {
  system: 'postern';
  clients: Record<string, unknown>[];
}

/** Writes clients for another installation. */
export class ClientExportService {
  constructor(
    private readonly clients: Pick<ClientsService, 'list'>,
    private readonly liveClients: Pick<LiveClientsService, 'find'>,
  ) {}

  /** The clients that operators made, newest first; with the hashes of their secrets, newest first, if that is wanted. */
  async export(tenant: ProjectTenant, withHashes: boolean): Promise<ClientExport> {
    const exported: Record<string, unknown>[] = [];
    let cursor: string | undefined;
    do {
      const page = await this.clients.list(tenant, { registrationType: 'manual' }, PAGE, cursor);
      for (const record of page.data) exported.push(await this.#export(record, withHashes));
      cursor = page.nextCursor ?? undefined;
    } while (cursor !== undefined);
    return { system: 'postern', clients: exported };
  }

  async #export(record: ClientRecord, withHashes: boolean): Promise<Record<string, unknown>> {
    const wire: [string, unknown][] = Object.entries(toSnake(record));
    const fields = wire.filter(([name, value]) => FIELDS.includes(name) && value !== null);
    const secrets = withHashes ? ((await this.liveClients.find(record.clientId))?.secrets ?? []) : [];
    return {
      ...Object.fromEntries(fields),
      ...(secrets.length > 0 ? { secrets: secrets.map(({ hash }) => ({ hash })) } : {}),
    };
  }
}
