import { z } from 'zod';
import { described } from '../../platform/wire/response-shapes.js';
import { ROLES } from '../access/permissions.js';
import { setByServer } from '../../platform/wire/input.js';
import { MEMBER_FIELD_DESCRIPTIONS } from './member-response.schema.js';

const role = z.enum(ROLES, `Use one of: ${ROLES.join(', ')}.`);

/** A new member, as it is sent: whose role, by subject or by an e-mail address. */
export const newMember = z
  .strictObject(
    described(
      {
        subject: z
          .string('Send text.')
          .max(512, 'A subject has at most 512 characters.')
          .refine(
            (value) => !/[\p{Cc}\p{Surrogate}]/u.test(value),
            'Leave out control characters and half characters.',
          )
          .optional(),
        email: z.string('Send text.').max(254, 'An e-mail address has at most 254 characters.').optional(),
        role,
        rotate_secret: z.boolean('Send true or false.').optional(),
      },
      MEMBER_FIELD_DESCRIPTIONS,
    ),
  )
  .meta({ id: 'NewMember', oneOf: [{ required: ['subject'] }, { required: ['email'] }] });

/** What of a membership can be changed. */
export const memberPatch = z
  .strictObject(described({ role: role.optional() }, MEMBER_FIELD_DESCRIPTIONS))
  .meta({ id: 'MemberPatch' });

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
