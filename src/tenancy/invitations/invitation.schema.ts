import * as z from 'zod';
import { setByServer } from '../../platform/wire/input.js';
import type { Json } from '../../platform/wire/json.js';
import { described, id, page, time } from '../../platform/wire/response-shapes.js';
import type { SnakeKeys } from '../../platform/wire/snake-case.js';
import { ROLES } from '../access/permissions.js';
import type { Invitation } from './invitations.repository.js';

const DESCRIPTIONS = {
  id: 'The key of the record; it never changes.',
  org_id: 'The organization that the role is in; null for the whole installation.',
  project_id: 'The project that the role is in; null for the whole organization.',
  email: 'Who is invited. The answer does not tell whether the address has an account.',
  role: 'The role that the person gets, weakest first: member, viewer, admin, owner.',
  invited_by: 'The subject that invited the person.',
  created_at: 'When the invitation was made.',
  expires_at: 'Until when it can be accepted.',
  url: 'This record.',
} as const;

/** A new invitation, as it is sent. */
export const newInvitation = z
  .strictObject(
    described(
      {
        email: z.string('Send text.').max(254, 'An e-mail address has at most 254 characters.'),
        role: z.enum(ROLES, `Use one of: ${ROLES.join(', ')}.`),
      },
      DESCRIPTIONS,
    ),
  )
  .meta({ id: 'NewInvitation' });

/** Fields that only responses have. */
export const INVITATION_READ_ONLY = setByServer(
  'id',
  'org_id',
  'project_id',
  'invited_by',
  'created_at',
  'expires_at',
  'url',
);

/** An invitation in responses of the admin API. */
export const invitationResponse = z
  .strictObject(
    described(
      {
        id,
        org_id: id.nullable(),
        project_id: id.nullable(),
        email: z.string(),
        role: z.enum(ROLES),
        invited_by: z.string(),
        created_at: time,
        expires_at: time,
        url: z.url(),
      },
      DESCRIPTIONS,
    ),
  )
  .meta({ id: 'Invitation' }) satisfies z.ZodType<Json<SnakeKeys<Invitation> & { url: string }>>;
/** A page of invitations. */
export const invitationPage = page(invitationResponse).meta({ id: 'InvitationPage' });
