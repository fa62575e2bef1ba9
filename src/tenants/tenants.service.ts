import { notFound } from '../errors.js';
import type { Tenant, TenantName, TenantsRepository } from './tenants.repository.js';

export type { Tenant } from './tenants.repository.js';

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const SLUG = /^[a-z0-9][a-z0-9-]{0,62}$/;

/** Organizations and their projects. */
export class TenantsService {
  constructor(private readonly repository: TenantsRepository) {}

  /**
   * Finds a project by the ids or slugs in a path; what looks like a uuid is taken as an id. Throws AppError `not_found`,
   * also for a project of another organization.
   */
  async resolve(org: string, project: string): Promise<Tenant> {
    const names = [nameOf(org), nameOf(project)] as const;
    const tenant = names[0] && names[1] && (await this.repository.find(names[0], names[1]));
    if (!tenant) throw notFound('project');
    return tenant;
  }

  /** The id of the organization that a path names. Throws AppError `not_found`. */
  async resolveOrganization(org: string): Promise<string> {
    const name = nameOf(org);
    const id = name && (await this.repository.findOrganization(name));
    if (id === undefined) throw notFound('organization');
    return id;
  }
}

function nameOf(text: string): TenantName | undefined {
  if (UUID.test(text)) return { id: text };
  return SLUG.test(text) ? { slug: text } : undefined;
}
