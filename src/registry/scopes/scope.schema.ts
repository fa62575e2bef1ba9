import * as z from 'zod';
import { described, id, nullish, page, textOrNull, time } from '../../platform/wire/response-shapes.js';
import type { Json } from '../../platform/wire/json.js';
import { scopeFields, scopeName } from './scope-input.js';
import type { scopeToWire } from './scope-record.js';

const SCOPE_FIELD_DESCRIPTIONS = {
  name: 'What tokens and clients call it: words with dots, unless the installation accepts others (SCOPE_NAMES). It never changes.',
  title: 'What people read on the consent page.',
  description: 'More words for people.',
  category: 'The group that it is listed in; `general` by default.',
  api_id: 'The API that it is a scope of; plain scopes have none.',
  retired: 'Whether no further client may have it; true or false.',
  retired_at: 'Since when no further client may have it.',
  created_at: 'When it was created.',
  updated_at: 'When it was last changed.',
  url: 'This record.',
} as const;

/** A scope in responses of the admin API. */
export const scopeResponse = z
  .strictObject(
    described(
      {
        name: z.string(),
        title: z.string(),
        description: textOrNull,
        category: z.string(),
        api_id: id.nullable(),
        retired_at: time.nullable(),
        created_at: time,
        updated_at: time,
        url: z.url(),
      },
      SCOPE_FIELD_DESCRIPTIONS,
    ),
  )
  .meta({ id: 'Scope' }) satisfies z.ZodType<Json<ReturnType<typeof scopeToWire>>>;
/** A page of scopes. */
export const scopePage = page(scopeResponse).meta({ id: 'ScopePage' });

const { title, retired, ...optional } = scopeFields;
/** The body that creates a scope. */
export const newScopeRequest = z
  .strictObject(described({ name: scopeName, title, ...nullish(optional) }, SCOPE_FIELD_DESCRIPTIONS))
  .meta({ id: 'NewScope' });
/** The JSON merge patch of a scope. */
export const scopePatchRequest = z
  .strictObject(
    described({ title: title.optional(), ...nullish({ ...optional, retired }) }, SCOPE_FIELD_DESCRIPTIONS),
  )
  .meta({ id: 'ScopePatch' });
