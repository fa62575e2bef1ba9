import * as z from 'zod';
import { count, described, id, page, time } from '../../platform/wire/response-shapes.js';
import type { Json } from '../../platform/wire/json.js';
import { initialAccessTokenInput } from './initial-access-tokens.service.js';
import type { tokenToWire } from './initial-access-token.js';

/** What each field of an initial access token means. */
export const INITIAL_ACCESS_TOKEN_FIELD_DESCRIPTIONS = {
  id: 'The key of the record, to take the token back with.',
  org_id: 'The organization whose clients it registers.',
  project_id: 'The project that it registers clients in.',
  initial_access_token: 'The token (RFC 7591 section 3), this once.',
  expires_in: 'Seconds that the token lasts.',
  max_uses: 'How many clients it registers.',
  uses: 'How many it has registered.',
  created_by: 'The subject that made it.',
  created_at: 'When it was made.',
  expires_at: 'When it ends.',
} as const;

/** An initial access token in responses of the admin API. */
export const initialAccessTokenResponse = z
  .strictObject(
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
  )
  .meta({ id: 'InitialAccessToken' }) satisfies z.ZodType<Json<ReturnType<typeof tokenToWire>>>;

const listed = z
  .strictObject(
    described(
      {
        id,
        project_id: id,
        created_by: z.string(),
        max_uses: z.int().min(1),
        uses: count,
        created_at: time,
        expires_at: time,
      },
      INITIAL_ACCESS_TOKEN_FIELD_DESCRIPTIONS,
    ),
  )
  .meta({ id: 'ListedInitialAccessToken' });
/** A page of the tokens that have not expired, without their values. */
export const initialAccessTokenPage = page(listed).meta({ id: 'InitialAccessTokenPage' });

/** The body that creates an initial access token. */
export const newInitialAccessTokenRequest = z
  .strictObject(described(initialAccessTokenInput.shape, INITIAL_ACCESS_TOKEN_FIELD_DESCRIPTIONS))
  .meta({ id: 'NewInitialAccessToken' });
