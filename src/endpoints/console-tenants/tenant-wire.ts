import type * as z from 'zod';
import type { organizationResponse, projectResponse } from '../../tenancy/tenants/tenant-response.schema.js';
import { TENANT_FIELD_DESCRIPTIONS } from '../../tenancy/tenants/tenant-response.schema.js';
import { CONSOLE } from '../console/console-paths.js';
import type { RecordField } from '../console-records/record-fields.js';

/** An organization and a project as the admin API shows them. */
export type OrganizationWire = z.infer<typeof organizationResponse>;
export type ProjectWire = z.infer<typeof projectResponse>;

/** The path of the list of organizations. */
export const ORGANIZATIONS_PAGE = `${CONSOLE}/organizations`;

/** The fields that organizations and projects have in common. */
export const TENANT_FIELDS: readonly RecordField[] = [
  { name: 'name', label: 'Name', help: TENANT_FIELD_DESCRIPTIONS.name, control: 'text', isRequired: true },
  { name: 'slug', label: 'Slug', help: TENANT_FIELD_DESCRIPTIONS.slug, control: 'text', isRequired: true },
];

/** What only organizations have. */
export const ORGANIZATION_FIELDS: readonly RecordField[] = [
  ...TENANT_FIELDS,
  {
    name: 'membership_open',
    label: 'Membership open',
    help: TENANT_FIELD_DESCRIPTIONS.membership_open,
    control: 'select',
    isFlag: true,
    options: [
      { value: 'false', text: 'false: only members use its private clients' },
      { value: 'true', text: 'true: everybody who signs in may use them' },
    ],
  },
  {
    name: 'second_factor',
    label: 'Second factor',
    help: TENANT_FIELD_DESCRIPTIONS.second_factor.replaceAll('`', ''),
    control: 'select',
    options: [
      { value: 'optional', text: 'optional: as the installation says' },
      { value: 'required', text: 'required: for its people and its clients' },
    ],
  },
];
