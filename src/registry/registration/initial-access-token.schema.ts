import { z } from 'zod';
import { described, id, time } from '../../platform/wire/answer-shapes.js';
import type { Json } from '../../platform/wire/json.js';
import type { tokenToWire } from './initial-access-tokens.routes.js';

/** What each field of an initial access token means. */
export const INITIAL_ACCESS_TOKEN_FIELD_DESCRIPTIONS = {
  id: 'The key of the record, to take the token back with.',
  org_id: 'The organization whose clients it registers.',
  project_id: 'The project that it registers clients in.',
  initial_access_token: 'The token (RFC 7591 section 3), this once.',
  expires_in: 'Seconds that the token lasts.',
  max_uses: 'How many clients it registers.',
  created_at: 'When it was made.',
  expires_at: 'When it ends.',
} as const;

/** An initial access token as the admin API answers it. */
export const initialAccessTokenResponse = z.strictObject(
  described(
    {
      id,
      org_id: id,
      project_id: id,
      initial_access_token: z.string(),
      max_uses: z.int().min(1),
      created_at: time,
      expires_at: time,
    },
    INITIAL_ACCESS_TOKEN_FIELD_DESCRIPTIONS,
  ),
) satisfies z.ZodType<Json<ReturnType<typeof tokenToWire>>>;
