import * as z from 'zod';
import type { SnakeKeys } from '../../platform/wire/snake-case.js';
import { described, id, page, time } from '../../platform/wire/response-shapes.js';
import type { Json } from '../../platform/wire/json.js';
import type { Organization } from '../organizations/organizations.service.js';
import type { Project } from '../projects/projects.service.js';

/** What each field of an organization or a project means. */
export const TENANT_FIELD_DESCRIPTIONS = {
  id: 'The key of the record; it never changes.',
  org_id: 'The organization that it belongs to.',
  slug: 'The name in paths, wherever the id could stand: lower-case letters, digits and hyphens.',
  name: 'The name that people see.',
  membership_open:
    'Whether private clients of the organization are open to everybody who signs in, not only to its members.',
  second_factor:
    '`required`: anyone who has a role in the organization, or signs in to one of its clients, needs a second factor, whatever SECOND_FACTOR says.',
  created_at: 'When it was created.',
  updated_at: 'When it was last changed.',
  url: 'This record.',
} as const;

const fields = { id, slug: z.string(), name: z.string(), created_at: time, updated_at: time, url: z.url() };

/** An organization in responses of the admin API. */
export const organizationResponse = z
  .strictObject(
    described(
      { ...fields, membership_open: z.boolean(), second_factor: z.enum(['optional', 'required']) },
      TENANT_FIELD_DESCRIPTIONS,
    ),
  )
  .meta({ id: 'Organization' }) satisfies z.ZodType<
  Json<SnakeKeys<Omit<Organization, 'version'>> & { url: string }>
>;
/** A page of organizations. */
export const organizationPage = page(organizationResponse).meta({ id: 'OrganizationPage' });

/** A project in responses of the admin API. */
export const projectResponse = z
  .strictObject(described({ ...fields, org_id: id }, TENANT_FIELD_DESCRIPTIONS))
  .meta({ id: 'Project' }) satisfies z.ZodType<Json<SnakeKeys<Omit<Project, 'version'>> & { url: string }>>;
/** A page of projects. */
export const projectPage = page(projectResponse).meta({ id: 'ProjectPage' });
