import * as z from 'zod';
import { described, id, page, textOrNull, time } from '../../platform/wire/response-shapes.js';

const CLIENT = {
  id: 'The key of the client.',
  client_id: 'What the client calls itself in requests.',
  client_name: 'Its name.',
  project_id: 'The project that it belongs to.',
  project_name: 'The name of the project.',
  org_id: 'The organization of the project.',
  org_name: 'The name of the organization.',
  last_used_at: 'When it was used last.',
  deleted_at: 'When it was deleted; it can still be restored.',
  created_at: 'When it was created.',
} as const;
const PERSON = {
  account_id: 'The id of the account, which is `sub` in the client’s tokens.',
  email: 'The e-mail address; null for callers who cannot read the accounts.',
  name: 'The name of the person; null without one, and for callers who cannot read the accounts.',
  allowed_at: 'When the person allowed it first.',
  expires_at: 'When that ends.',
} as const;

const client = z
  .strictObject(
    described(
      {
        id,
        client_id: z.string(),
        client_name: z.string(),
        project_id: id,
        project_name: z.string(),
        org_id: id,
        org_name: z.string(),
        last_used_at: time.nullable(),
        deleted_at: time.nullable(),
        created_at: time,
      },
      CLIENT,
    ),
  )
  .meta({ id: 'ClientOfScope' });
const person = z
  .strictObject(
    described(
      { account_id: id, email: textOrNull, name: textOrNull, allowed_at: time, expires_at: time },
      PERSON,
    ),
  )
  .meta({ id: 'PersonOfClient' });

/** A page of the clients that have a scope. */
export const clientUsePage = page(client).meta({ id: 'ClientOfScopePage' });
/** A page of the people who allowed a client something. */
export const clientPeoplePage = page(person).meta({ id: 'PersonOfClientPage' });
