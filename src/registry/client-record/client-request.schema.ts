import * as z from 'zod';
import { ADMIN_REACHES } from '../../tenancy/access/delegation.js';
import { described, nullish } from '../../platform/wire/response-shapes.js';
import { fixedFields, writableFields } from './client-schema.js';
import { CLIENT_FIELD_DESCRIPTIONS } from './client-field-descriptions.js';

const { client_name, ...optional } = writableFields;

/** The body that creates a client. Its fields are those that the request is read with. */
export const newClientRequest = z
  .strictObject(
    described({ client_name, ...nullish({ ...optional, ...fixedFields }) }, CLIENT_FIELD_DESCRIPTIONS),
  )
  .meta({ id: 'NewClient' });

/** The JSON merge patch of a client. */
export const clientPatchRequest = z
  .strictObject(
    described(
      {
        client_name: client_name.optional(),
        ...nullish(optional),
        visibility: z.enum(['private', 'public']).optional(),
        admin_reach: z.enum(ADMIN_REACHES).optional(),
      },
      { ...CLIENT_FIELD_DESCRIPTIONS, visibility: 'Send public to promote the client, for good.' },
    ),
  )
  .meta({ id: 'ClientPatch' });
