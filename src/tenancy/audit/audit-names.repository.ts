import type { Database } from '../../platform/db/database.js';
import { memberAddress, MEMBERS_WITH_ACCOUNTS } from '../members/member-address.js';

/** The kinds of records that events name; `clientId` is a client by its client_id. */
const NAMED_KINDS = [
  'account',
  'client',
  'clientId',
  'organization',
  'project',
  'member',
  'invitation',
  'webhook',
  'api',
] as const;
/** One of them. */
export type NamedKind = (typeof NAMED_KINDS)[number];

/** What names may be of: records of all tenants, or of these organizations and projects. */
export interface NameRights {
  everywhere: boolean;
  organizations: readonly string[];
  projects: readonly string[];
  /** Addresses of all accounts; without it those by which members of these tenants were named. */
  accounts: boolean;
  clients: boolean;
  /** Tenants, and what belongs to them beside clients. */
  tenants: boolean;
}

/** The name of a record; `key` as it was asked for. */
export interface FoundName {
  kind: NamedKind;
  key: string;
  name: string;
}

/** Whether these columns are of a tenant whose names may be shown. */
const within = (org: string, project: string) =>
  `(r.everywhere OR ${org} = ANY (r.organizations) OR ${project} = ANY (r.projects))`;

/** For each kind the key, the name, the tables, which rows, and whether the caller may see them. */
const SELECTIONS: Readonly<Record<NamedKind, readonly [string, string, string, string, string]>> = {
  account: [
    'a.id::text',
    'a.email',
    'accounts a, r',
    'a.id = ANY (?::uuid[])',
    `(r.accounts OR r.tenants AND EXISTS (SELECT FROM members m WHERE m.subject = 'account:' || a.id
      AND CASE WHEN m.org_id IS NULL THEN r.everywhere ELSE m.email_named AND ${within('m.org_id', 'm.project_id')} END))`,
  ],
  client: [
    'c.id::text',
    'c.client_name',
    'oauth_clients c JOIN projects p ON p.id = c.project_id, r',
    'c.id = ANY (?::uuid[])',
    `r.clients AND ${within('p.org_id', 'p.id')}`,
  ],
  clientId: [
    'c.client_id',
    'c.client_name',
    'oauth_clients c JOIN projects p ON p.id = c.project_id, r',
    'c.client_id = ANY (?)',
    `r.clients AND ${within('p.org_id', 'p.id')}`,
  ],
  organization: [
    'o.id::text',
    'o.name',
    'organizations o, r',
    'o.id = ANY (?::uuid[])',
    `r.tenants AND (${within('o.id', 'NULL::uuid')}
      OR EXISTS (SELECT FROM projects p WHERE p.org_id = o.id AND p.id = ANY (r.projects)))`,
  ],
  project: [
    'p.id::text',
    'p.name',
    'projects p, r',
    'p.id = ANY (?::uuid[])',
    `r.tenants AND ${within('p.org_id', 'p.id')}`,
  ],
  member: [
    'm.id::text',
    `coalesce(${memberAddress('r.accounts')}, m.subject)`,
    `r, ${MEMBERS_WITH_ACCOUNTS}`,
    'm.id = ANY (?::uuid[])',
    `r.tenants AND ${within('m.org_id', 'm.project_id')}`,
  ],
  invitation: [
    'i.id::text',
    'i.email',
    'invitations i, r',
    'i.id = ANY (?::uuid[])',
    `r.tenants AND ${within('i.org_id', 'i.project_id')}`,
  ],
  webhook: [
    'w.id::text',
    // The query is for those who may write webhooks; chr(63) is the question mark, which knex would take for a binding.
    'split_part(w.url, chr(63), 1)',
    'webhooks w, r',
    'w.id = ANY (?::uuid[])',
    `r.tenants AND ${within('w.org_id', 'w.project_id')}`,
  ],
  api: ['s.id::text', 's.name', 'apis s, r', 's.id = ANY (?::uuid[])', 'r.tenants'],
};
const RIGHTS = `SELECT ?::boolean AS everywhere, ?::uuid[] AS organizations, ?::uuid[] AS projects,
  ?::boolean AS accounts, ?::boolean AS clients, ?::boolean AS tenants`;

/** The SQL of the names in the audit trail. */
export class AuditNamesRepository {
  constructor(private readonly database: Database) {}

  /** Those of the records that exist and that the rights allow: one statement, which finds each by an index of its key. */
  async find(
    keys: ReadonlyMap<NamedKind, ReadonlySet<string>>,
    { accounts, clients, everywhere, organizations, projects, tenants }: NameRights,
  ): Promise<FoundName[]> {
    const kinds = NAMED_KINDS.filter((kind) => keys.has(kind));
    if (kinds.length === 0) return [];
    const selections = kinds.map((kind) => {
      const [key, name, from, where, allowed] = SELECTIONS[kind];
      return `SELECT '${kind}' AS kind, ${key} AS key, ${name} AS name FROM ${from} WHERE ${where} AND ${allowed}`;
    });
    const { rows } = await this.database.sql.raw<{ rows: FoundName[] }>(
      `WITH r AS (${RIGHTS}) ${selections.join(' UNION ALL ')}`,
      [
        everywhere,
        [...organizations],
        [...projects],
        accounts,
        clients,
        tenants,
        ...kinds.map((kind) => [...(keys.get(kind) ?? [])]),
      ],
    );
    return rows;
  }
}
