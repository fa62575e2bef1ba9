import { isUuid } from '../../platform/wire/uuid.js';

/** A project, with the organization that owns it. */
export interface ProjectTenant {
  orgId: string;
  projectId: string;
}

/** An organization as a whole. */
export interface OrganizationTenant {
  orgId: string;
  projectId: null;
}

/** The installation as a whole, above all organizations. */
export interface InstallationTenant {
  orgId: null;
  projectId: null;
}

/** What a role is held in and what a record belongs to. */
export type Tenant = ProjectTenant | OrganizationTenant | InstallationTenant;

export const INSTALLATION_TENANT: InstallationTenant = { orgId: null, projectId: null };

/** The form of a slug; one that looks like a uuid is none. */
export const SLUG = /^[a-z0-9][a-z0-9-]{0,62}$/;

/** How a path names an organization or a project. */
export type TenantName = { id: string } | { slug: string };

/** Reads a name; what looks like a uuid is an id, and no slug does. Undefined when it can be neither. */
export function tenantName(text: string): TenantName | undefined {
  if (isUuid(text)) return { id: text.toLowerCase() };
  return SLUG.test(text) ? { slug: text } : undefined;
}

/** Whether a new slug is well-formed and cannot be taken for an id. */
export function isSlug(text: string): boolean {
  const name = tenantName(text);
  return name !== undefined && 'slug' in name;
}
