import * as z from 'zod';
import { described } from '../../platform/wire/response-shapes.js';
import { ROLES } from '../access/permissions.js';
import { setByServer } from '../../platform/wire/input.js';
import { MEMBER_FIELD_DESCRIPTIONS } from './member-response.schema.js';

const role = z.enum(ROLES, `Use one of: ${ROLES.join(', ')}.`);
const owner = z.enum(['owner']);

/** Whose role it is: by subject, or by an e-mail address. */
const whose = {
  subject: z
    .string('Send text.')
    .max(512, 'A subject has at most 512 characters.')
    .refine(
      (value) => !/[\p{Cc}\p{Surrogate}]/u.test(value),
      'Leave out control characters and half characters.',
    )
    .optional(),
  email: z.string('Send text.').max(254, 'An e-mail address has at most 254 characters.').optional(),
  rotate_secret: z.boolean('Send true or false.').optional(),
};
const oneOf = [{ required: ['subject'] }, { required: ['email'] }];

/** A new member of an organization or a project, as it is sent. */
export const newMember = z
  .strictObject(described({ ...whose, role }, MEMBER_FIELD_DESCRIPTIONS))
  .meta({ id: 'NewMember', oneOf });
/** A new member of the installation, as it is sent. */
export const newInstallationMember = z
  .strictObject(described({ ...whose, role: owner }, MEMBER_FIELD_DESCRIPTIONS))
  .meta({ id: 'NewInstallationMember', oneOf });

/** What of a membership of an organization or a project can be changed. */
export const memberPatch = z
  .strictObject(described({ role: role.optional() }, MEMBER_FIELD_DESCRIPTIONS))
  .meta({ id: 'MemberPatch' });
/** The same for the installation. */
export const installationMemberPatch = z
  .strictObject(described({ role: owner.optional() }, MEMBER_FIELD_DESCRIPTIONS))
  .meta({ id: 'InstallationMemberPatch' });

/** Fields of a new member that only responses have. */
export const NEW_MEMBER_READ_ONLY = setByServer(
  'id',
  'org_id',
  'project_id',
  'created_at',
  'updated_at',
  'url',
);
/** Fields that a change of a membership cannot have. */
export const MEMBER_READ_ONLY = { ...NEW_MEMBER_READ_ONLY, ...setByServer('subject', 'email') };
