import * as z from 'zod';
import type { Json } from '../../platform/wire/json.js';
import { described, id, nullish, page, time } from '../../platform/wire/response-shapes.js';
import { detailsTypeFields, detailsTypeName } from './details-type-input.js';
import type { detailsTypeToWire } from './details-type-record.js';

const DESCRIPTIONS = {
  type: 'What requests call it in `type` (RFC 9396): printable ASCII, such as payment_initiation or a URL. It never changes.',
  title: 'What people read above the details on the consent page.',
  consent_template:
    'What people read of one detail: text with values of the detail in it, as in `Pay {{amount.value}} to {{creditor}}`.',
  schema:
    'What a detail has to be: a JSON Schema (2020-12) of an object, with the keywords of docs/clients.md. Without a property `type` it is about the other members. A patch replaces it as a whole.',
  api_id: 'The API that its details are for; null: the one that a request names as `resource`.',
  created_at: 'When it was created.',
  updated_at: 'When it was last changed.',
  url: 'This record.',
} as const;

/** A type of authorization details in responses of the admin API. */
export const detailsTypeResponse = z
  .strictObject(
    described(
      {
        type: z.string(),
        title: z.string(),
        consent_template: z.string(),
        schema: z.record(z.string(), z.unknown()),
        api_id: id.nullable(),
        created_at: time,
        updated_at: time,
        url: z.url(),
      },
      DESCRIPTIONS,
    ),
  )
  .meta({ id: 'AuthorizationDetailsType' }) satisfies z.ZodType<Json<ReturnType<typeof detailsTypeToWire>>>;
/** A page of types. */
export const detailsTypePage = page(detailsTypeResponse).meta({ id: 'AuthorizationDetailsTypePage' });

const { api_id, ...needed } = detailsTypeFields;
/** The body that creates a type. */
export const newDetailsTypeRequest = z
  .strictObject(described({ type: detailsTypeName, ...needed, ...nullish({ api_id }) }, DESCRIPTIONS))
  .meta({ id: 'NewAuthorizationDetailsType' });
const { title, consent_template, schema } = needed;
/** The JSON merge patch of a type. */
export const detailsTypePatchRequest = z
  .strictObject(
    described(
      {
        title: title.optional(),
        consent_template: consent_template.optional(),
        schema: schema.optional(),
        ...nullish({ api_id }),
      },
      DESCRIPTIONS,
    ),
  )
  .meta({ id: 'AuthorizationDetailsTypePatch' });
