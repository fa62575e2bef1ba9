import { isUuid } from '../../platform/wire/uuid.js';
import type { AccessService } from '../access/access.service.js';
import type { Caller } from '../access/caller.js';
import { accountIdOf, clientIdOf } from '../access/subjects.js';
import type { AuditNamesRepository, NamedKind, NameRights } from './audit-names.repository.js';
import type { StoredAuditRow } from './audit.service.js';

/** Names of the records whose keys an event holds; null where there is none, or none that the caller may see. */
interface EventNames {
  actorName: string | null;
  targetName: string | null;
  clientName: string | null;
}

/** An event with names. */
export type NamedAuditRow = StoredAuditRow & EventNames;

type Key = readonly [NamedKind, string] | undefined;

/** The kind of record that a target of this type is. */
const KINDS: Readonly<Partial<Record<string, NamedKind>>> = {
  account: 'account',
  client: 'client',
  organization: 'organization',
  project: 'project',
  member: 'member',
  invitation: 'invitation',
  webhook: 'webhook',
  api: 'api',
};

/** Names for the audit trail, which itself holds keys only. */
export class AuditNamesService {
  constructor(
    private readonly repository: AuditNamesRepository,
    private readonly access: Pick<AccessService, 'visibleTenants'>,
  ) {}

  /** The same events with the names that the caller may see, read by one statement. */
  async withNames(caller: Caller, events: readonly StoredAuditRow[]): Promise<NamedAuditRow[]> {
    if (events.length === 0) return [];
    const keysOf = (event: StoredAuditRow) => ({
      actor: actorKey(event.actor),
      target: targetKey(event),
      client: clientKey(event.clientId),
    });
    const asked = new Map<NamedKind, Set<string>>();
    for (const [kind, key] of events.flatMap((event) => Object.values(keysOf(event)).filter(isKey)))
      asked.set(kind, (asked.get(kind) ?? new Set()).add(key));
    const found = await this.repository.find(asked, await this.#rightsOf(caller));
    const names = new Map(found.map(({ kind, key, name }) => [`${kind} ${key}`, name]));
    const nameOf = (key: Key) => (key && names.get(key.join(' '))) ?? null;
    return events.map((event) => {
      const { actor, client, target } = keysOf(event);
      return {
        ...event,
        actorName: nameOf(actor),
        targetName: nameOf(target),
        clientName: nameOf(client),
      };
    });
  }

  async #rightsOf(caller: Caller): Promise<NameRights> {
    const visible = await this.access.visibleTenants(caller);
    const everywhere = visible === 'everything';
    return {
      everywhere,
      organizations: everywhere ? [] : [...visible.organizations],
      projects: everywhere ? [] : [...visible.projects.keys()],
      accounts: everywhere && caller.scopes.has('accounts.read'),
      clients: caller.scopes.has('clients.read'),
      tenants: caller.scopes.has('tenants.read'),
    };
  }
}

function actorKey(actor: string): Key {
  const account = accountIdOf(actor);
  if (account !== null) return ['account', account];
  return clientKey(clientIdOf(actor));
}

function targetKey({ targetId, targetType }: StoredAuditRow): Key {
  const kind = KINDS[targetType];
  return kind === undefined || !isUuid(targetId) ? undefined : [kind, targetId];
}

function clientKey(clientId: string | null): Key {
  return clientId === null ? undefined : ['clientId', clientId];
}

function isKey(key: Key): key is NonNullable<Key> {
  return key !== undefined;
}
