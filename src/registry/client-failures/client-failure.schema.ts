import * as z from 'zod';
import type { Json } from '../../platform/wire/json.js';
import { count, described, page, textOrNull, time } from '../../platform/wire/response-shapes.js';
import type { SnakeKeys } from '../../platform/wire/snake-case.js';
import type { ClientFailure } from './client-failures.service.js';

/** The members of a failure. */
export const failureFields = described(
  {
    code: z.string(),
    occurred_at: time,
    count,
    advice: z.string(),
    description: textOrNull,
    reason: textOrNull,
    redirect_uri: textOrNull,
    post_logout_redirect_uri: textOrNull,
    scope: textOrNull,
    resource: textOrNull,
    grant_type: textOrNull,
    response_type: textOrNull,
    secret_hint: textOrNull,
  },
  {
    code: 'The error code of the response.',
    occurred_at: 'When it happened last.',
    count: 'How often in the last 24 hours.',
    advice: 'What to do about it.',
    description: 'The error_description of the response.',
    reason: 'Why it was refused, where the response does not say.',
    redirect_uri: 'The one that was asked for, without query and fragment.',
    post_logout_redirect_uri: 'The one that was asked for, without query and fragment.',
    scope: 'What was asked for.',
    resource: 'What was asked for (RFC 8707), without query.',
    grant_type: 'What was asked for.',
    response_type: 'What was asked for.',
    secret_hint: 'The first characters of the secret that was sent; `other` for one that was not made here.',
  },
);

export const clientFailureResponse = z
  .strictObject(failureFields)
  .meta({ id: 'ClientFailure' }) satisfies z.ZodType<Json<SnakeKeys<ClientFailure>>>;
export const clientFailurePage = page(clientFailureResponse).meta({ id: 'ClientFailurePage' });
