import * as z from 'zod';

/** The body of every error (RFC 9457). */
export const problem = z
  .strictObject({
    type: z.literal('about:blank'),
    title: z.string().describe('The status in words.'),
    status: z.int().min(400).max(599),
    detail: z.string().describe('What is wrong and what to do about it.'),
    request_id: z.string().describe('The id of the request in the log of the server.'),
    errors: z
      .array(
        z.strictObject({
          pointer: z
            .string()
            .describe('Where: an RFC 6901 pointer into the body, or the name of a parameter.'),
          detail: z.string(),
        }),
      )
      .min(1)
      .max(100)
      .optional()
      .describe('Every validation error of the request, at most a hundred.'),
  })
  .meta({ id: 'Problem' });
