import * as z from 'zod';
import { described, id, nullish, page, time } from '../../platform/wire/response-shapes.js';
import type { Json } from '../../platform/wire/json.js';
import { apiAudience, apiFields } from './api-input.js';
import type { apiToWire } from './api-record.js';

const API_FIELD_DESCRIPTIONS = {
  id: 'The key of the record; it never changes.',
  audience: 'The resource indicator (RFC 8707) and `aud` of the tokens: an absolute URI. It never changes.',
  name: 'What people read on the consent page.',
  org_id: 'The organization that runs the API: its clients may introspect access tokens for it. null: none.',
  access_token_format: 'JWT (RFC 9068), the default, or a random string to be asked about.',
  signing_alg: 'What JWT access tokens are signed with; RS256 by default.',
  access_token_typ: 'The `typ` of JWT access tokens: at+jwt (RFC 9068), the default, or JWT.',
  access_token_ttl: 'Seconds that access tokens live; null for the installation’s usual lifetime.',
  open_to_registration: 'Whether clients that register themselves (RFC 7591) can have its scopes.',
  built_in: 'Whether it is the admin API itself, which cannot be changed.',
  created_at: 'When it was created; null for the admin API.',
  updated_at: 'When it was last changed; null for the admin API.',
  url: 'This record.',
} as const;

/** An API in responses of the admin API. */
export const apiResponse = z
  .strictObject(
    described(
      {
        id,
        audience: z.string(),
        name: z.string(),
        org_id: id.nullable(),
        access_token_format: z.enum(['opaque', 'jwt']),
        signing_alg: z.enum(['RS256', 'ES256']),
        access_token_typ: z.enum(['at+jwt', 'JWT']),
        access_token_ttl: z.int().min(1).nullable(),
        open_to_registration: z.boolean(),
        built_in: z.boolean(),
        created_at: time.nullable(),
        updated_at: time.nullable(),
        url: z.url(),
      },
      API_FIELD_DESCRIPTIONS,
    ),
  )
  .meta({ id: 'Api' }) satisfies z.ZodType<Json<ReturnType<typeof apiToWire>>>;
/** A page of APIs. */
export const apiPage = page(apiResponse).meta({ id: 'ApiPage' });

const { name, ...optional } = apiFields;
/** The body that creates an API. */
export const newApiRequest = z
  .strictObject(described({ audience: apiAudience, name, ...nullish(optional) }, API_FIELD_DESCRIPTIONS))
  .meta({ id: 'NewApi' });
/** The JSON merge patch of an API. */
export const apiPatchRequest = z
  .strictObject(described({ name: name.optional(), ...nullish(optional) }, API_FIELD_DESCRIPTIONS))
  .meta({ id: 'ApiPatch' });
