import * as z from 'zod';
import { ROLES } from '../access/permissions.js';
import { count, described, id, textOrNull, time } from '../../platform/wire/response-shapes.js';

const SESSION = {
  id: 'The key of the session; it is not the cookie.',
  signed_in_at: 'When the person signed in.',
  last_used_at: 'When it was used last.',
  expires_at: 'When it ends if it is not used.',
  amr: 'How the person signed in (RFC 8176).',
  client_ids: 'The applications that it was used for.',
  address: 'Where the person signed in from; null when that is too long ago to be known.',
  user_agent: 'The User-Agent of the browser.',
} as const;
const GRANT = {
  client_id: 'The application.',
  client_name: 'Its name.',
  scopes: 'The scopes that belong to no API.',
  claims: 'The single claims of OpenID Connect Core 1.0, section 5.5.',
  resources: 'The scopes of each API, by its audience.',
  authorization_details: 'What was allowed in detail (RFC 9396).',
  offline: 'Whether the access continues when the person is signed out.',
  allowed_at: 'When it was allowed first.',
  last_used_at: 'When tokens were issued last, as far as they are still stored.',
  expires_at: 'When it ends.',
} as const;
const PASSKEY = {
  id: 'The key of the passkey.',
  name: 'What the person calls it.',
  synced: 'Whether it is kept in several devices.',
  created_at: 'When it was added.',
  last_used_at: 'When it was used last.',
} as const;
const ROLE = {
  member_id: 'The key of the membership.',
  role: 'What the person may do there.',
  org_id: 'The organization; null for the whole installation.',
  org_slug: 'Its slug.',
  org_name: 'Its name.',
  project_id: 'The project; null for the whole organization.',
  project_slug: 'Its slug.',
  project_name: 'Its name.',
  created_at: 'When the role was given.',
} as const;
const FACTORS = {
  passkeys: 'The passkeys, oldest first.',
  authenticator: 'The authenticator app (RFC 6238); null without one.',
  recovery_codes: 'How many recovery codes were made, and how many are left.',
} as const;

const text = z.string();
const session = z
  .strictObject(
    described(
      {
        id: text,
        signed_in_at: time,
        last_used_at: time,
        expires_at: time,
        amr: z.array(text),
        client_ids: z.array(text),
        address: textOrNull,
        user_agent: textOrNull,
      },
      SESSION,
    ),
  )
  .meta({ id: 'AccountSession' });
const grant = z
  .strictObject(
    described(
      {
        client_id: text,
        client_name: text,
        scopes: z.array(text),
        claims: z.array(text),
        resources: z.record(z.string(), z.array(text)),
        authorization_details: z.array(z.looseObject({ type: text })),
        offline: z.boolean(),
        allowed_at: time,
        last_used_at: time,
        expires_at: time,
      },
      GRANT,
    ),
  )
  .meta({ id: 'AccountGrant' });
const passkey = z
  .strictObject(
    described(
      { id, name: text, synced: z.boolean(), created_at: time, last_used_at: time.nullable() },
      PASSKEY,
    ),
  )
  .meta({ id: 'AccountPasskey' });

const role = z
  .strictObject(
    described(
      {
        member_id: id,
        role: z.enum(ROLES),
        org_id: id.nullable(),
        org_slug: textOrNull,
        org_name: textOrNull,
        project_id: id.nullable(),
        project_slug: textOrNull,
        project_name: textOrNull,
        created_at: time,
      },
      ROLE,
    ),
  )
  .meta({ id: 'AccountRole' });

/** Where an account has roles. */
export const roleList = z
  .strictObject({ data: z.array(role).describe('The roles, newest first, at most 200.') })
  .meta({ id: 'AccountRoleList' });
/** All sessions of an account. */
export const sessionList = z
  .strictObject({ data: z.array(session).describe('The sessions, last used first.') })
  .meta({ id: 'AccountSessionList' });
/** All that an account allowed applications. */
export const grantList = z
  .strictObject({ data: z.array(grant).describe('One entry for each application, last used first.') })
  .meta({ id: 'AccountGrantList' });
/** The second factors of an account. */
export const factorsResponse = z
  .strictObject(
    described(
      {
        passkeys: z.array(passkey),
        authenticator: z.strictObject({ since: time, last_used_at: time.nullable() }).nullable(),
        recovery_codes: z.strictObject({ total: count, left: count }),
      },
      FACTORS,
    ),
  )
  .meta({ id: 'AccountFactors' });
