import type { Transaction } from '../../platform/db/database.js';
import type { Tenant } from '../tenants/tenant.js';

/** A tenant's name; both null for the installation. */
export interface TenantNames {
  orgName: string | null;
  projectName: string | null;
}

const MAX_OWNERS = 100;
const ACCOUNT_OF = `a.id = CASE WHEN m.subject ~ '^account:[0-9a-f-]{36}$' THEN substr(m.subject, 9)::uuid END`;
const ADDRESS_OF = `m.subject LIKE 'email:%' AND a.email = substr(m.subject, 7)`;
const NAMES = `SELECT (SELECT name FROM organizations WHERE id = ?::uuid) AS "orgName",
  (SELECT name FROM projects WHERE id = ?::uuid) AS "projectName"`;

/** The SQL of the mails to owners. */
export class OwnerNoticesRepository {
  /**
   * The verified addresses of the active accounts that own the tenant, of a project also those that own its organization;
   * without the account `except`, a subject. At most 100.
   */
  async addresses(tx: Transaction, { orgId, projectId }: Tenant, except: string): Promise<string[]> {
    const [condition, ids] =
      orgId === null
        ? ['m.org_id IS NULL', []]
        : ['m.org_id = ? AND (m.project_id IS NULL OR m.project_id = ?)', [orgId, projectId]];
    const owners = (join: string) => `SELECT a.email FROM members m JOIN accounts a ON ${join}
      WHERE ${condition} AND m.role = 'owner' AND a.status = 'active' AND a.email_verified
        AND 'account:' || a.id <> ?`;
    const { rows } = await tx.raw<{ rows: { email: string }[] }>(
      `${owners(ACCOUNT_OF)} UNION ${owners(ADDRESS_OF)} ORDER BY email LIMIT ${String(MAX_OWNERS)}`,
      // knex's types know nulls among its bindings only by another name.
      [...ids, except, ...ids, except] as string[],
    );
    return rows.map(({ email }) => email);
  }

  async names(tx: Transaction, { orgId, projectId }: Tenant): Promise<TenantNames> {
    const { rows } = await tx.raw<{ rows: [TenantNames] }>(NAMES, [orgId, projectId] as string[]);
    return rows[0];
  }

  /** The address of the account that the subject is, if the tenant's members are shown it. */
  async shownAddress(tx: Transaction, tenant: Tenant, subject: string): Promise<string | undefined> {
    const { rows } = await tx.raw<{ rows: { email: string }[] }>(
      `SELECT a.email FROM members m JOIN accounts a ON ${ACCOUNT_OF}
        WHERE m.subject = ? AND m.org_id IS NOT DISTINCT FROM ? AND (m.email_named OR m.org_id IS NULL) LIMIT 1`,
      [subject, tenant.orgId] as string[],
    );
    return rows[0]?.email;
  }
}
