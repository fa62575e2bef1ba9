import * as z from 'zod';
import { ROLES } from '../access/permissions.js';
import type { SnakeKeys } from '../../platform/wire/snake-case.js';
import { described, id, page, textOrNull, time } from '../../platform/wire/response-shapes.js';
import type { Json } from '../../platform/wire/json.js';
import type { Member } from './members.service.js';

/** What each field of a membership means. */
export const MEMBER_FIELD_DESCRIPTIONS = {
  id: 'The key of the record; it never changes.',
  org_id: 'The organization that the role is in; null for the whole installation.',
  project_id: 'The project that the role is in; null for the whole organization.',
  subject:
    'Who has the role: `account:` and an id, `client:` and a client_id, an issuer, `|` and a subject, or `email:` and an address, which is the account that has verified it.',
  email:
    'The e-mail address of the account; send it or the subject. It is shown when the role was given by it, and of owners of the installation. Callers who cannot read the accounts are not told whether there is one: the role counts once an account has verified the address.',
  role: 'What the member may do, weakest first: member, viewer, admin, owner.',
  rotate_secret:
    'For a client: replaces its secrets by a new one, which the response has, and ends what was issued to it. It is needed when the client has a secret of more than an hour ago, which others may know.',
  created_at: 'When the role was given.',
  updated_at: 'When it was last changed.',
  url: 'This record.',
} as const;

/** A membership in responses of the admin API. */
export const memberResponse = z
  .strictObject(
    described(
      {
        id,
        org_id: id.nullable(),
        project_id: id.nullable(),
        subject: z.string(),
        email: textOrNull,
        role: z.enum(ROLES),
        created_at: time,
        updated_at: time,
        url: z.url(),
      },
      MEMBER_FIELD_DESCRIPTIONS,
    ),
  )
  .meta({ id: 'Member' }) satisfies z.ZodType<Json<SnakeKeys<Member> & { url: string }>>;
/** A membership that was just created. */
export const addedMemberResponse = memberResponse
  .extend({ client_secret: z.string().describe('The new secret of the client, this once.').optional() })
  .meta({ id: 'AddedMember' });
/** A page of memberships. */
export const memberPage = page(memberResponse).meta({ id: 'MemberPage' });
