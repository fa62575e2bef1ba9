import * as z from 'zod';
import { line } from '../../platform/wire/field-shapes.js';
import { setByServer } from '../../platform/wire/input.js';
import { described } from '../../platform/wire/response-shapes.js';
import { isSlug, SLUG } from './tenant.js';
import { TENANT_FIELD_DESCRIPTIONS } from './tenant-response.schema.js';

const slug = z
  .string('Send a slug as text.')
  .refine(
    isSlug,
    'Use 1 to 63 lower-case letters, digits and hyphens, not a hyphen first, and nothing that looks like a uuid.',
  )
  .meta({ pattern: SLUG.source });
const name = line(200, 'required');

const secondFactor = z.enum(['optional', 'required'], 'Send optional or required.');

/** A new organization, as it is sent. */
export const newOrganization = z
  .strictObject(
    described(
      {
        slug,
        name,
        membership_open: z.boolean('Send true or false.').default(false),
        second_factor: secondFactor.default('optional'),
      },
      TENANT_FIELD_DESCRIPTIONS,
    ),
  )
  .meta({ id: 'NewOrganization' });
/** What of an organization can be changed. */
export const organizationPatch = z
  .strictObject(
    described(
      { slug, name, membership_open: z.boolean('Send true or false.'), second_factor: secondFactor },
      TENANT_FIELD_DESCRIPTIONS,
    ),
  )
  .partial()
  .meta({ id: 'OrganizationPatch' });

/** A new project, as it is sent. */
export const newProject = z
  .strictObject(described({ slug, name }, TENANT_FIELD_DESCRIPTIONS))
  .meta({ id: 'NewProject' });
/** What of a project can be changed. */
export const projectPatch = newProject.partial().meta({ id: 'ProjectPatch' });

/** Fields that only responses have. */
export const TENANT_READ_ONLY = setByServer('id', 'org_id', 'created_at', 'updated_at', 'url');
