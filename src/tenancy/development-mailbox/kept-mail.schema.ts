import * as z from 'zod';
import type { KeptMail } from '../../platform/mail/mailbox.service.js';
import type { Json } from '../../platform/wire/json.js';
import { described, id, page, time } from '../../platform/wire/response-shapes.js';
import type { SnakeKeys } from '../../platform/wire/snake-case.js';

const summary = described(
  { id, to: z.string(), subject: z.string(), created_at: time, url: z.url() },
  {
    id: 'The key of the record; it never changes.',
    to: 'The address that it would have been sent to.',
    subject: 'The subject.',
    created_at: 'When it was made; it is kept for 24 hours.',
    url: 'This record.',
  },
);

/** A mail of the development mailbox in lists of the admin API. */
export const keptMailSummary = z.strictObject(summary).meta({ id: 'DevelopmentMailSummary' });
/** A page of such mails. */
export const keptMailPage = page(keptMailSummary).meta({ id: 'DevelopmentMailPage' });
/** A mail of the development mailbox in responses of the admin API. */
export const keptMailResponse = z
  .strictObject({
    ...summary,
    ...described(
      { text: z.string(), html: z.string() },
      { text: 'What it says, as plain text.', html: 'What it says, as HTML.' },
    ),
  })
  .meta({ id: 'DevelopmentMail' }) satisfies z.ZodType<Json<SnakeKeys<KeptMail> & { url: string }>>;
