import * as z from 'zod';
import { IMPORT_SYSTEMS } from '../import-formats/import-file.js';
import { IMPORT_OUTCOMES } from './import-report.js';

const finding = z.strictObject({
  pointer: z.string().describe('Where it is in the content (RFC 6901).'),
  detail: z.string(),
});
const switched = z.boolean('Send true or false.').nullish();

/** The body of an import. */
export const importRequest = z
  .strictObject({
    content: z
      .unknown()
      .refine((value) => value !== undefined && value !== null, 'Send what the other system exported.')
      .describe(
        'What the other system exported, as JSON: a client, a list of them, or an object that holds one.',
      ),
    system: z
      .enum(IMPORT_SYSTEMS, `Use one of: ${IMPORT_SYSTEMS.join(', ')}.`)
      .nullish()
      .describe('The system that wrote it; by default the one that the first record looks like.'),
    dry_run: switched.describe('Write nothing, and tell what would be written.'),
    partial: switched.describe('Import what can be, although other records fail. Otherwise nothing is.'),
    update: switched.describe('Change clients that are here and differ. Otherwise they are conflicts.'),
  })
  .meta({ id: 'ClientImport' });

/** What an import did, or would do. */
export const importResponse = z
  .strictObject({
    system: z.enum(IMPORT_SYSTEMS).describe('The system as whose records they were read.'),
    written: z.boolean().describe('False for a trial.'),
    counts: z
      .strictObject(
        Object.fromEntries(IMPORT_OUTCOMES.map((outcome) => [outcome, z.int().min(0)])) as Record<
          (typeof IMPORT_OUTCOMES)[number],
          z.ZodInt
        >,
      )
      .describe('How many records had each outcome.'),
    clients: z
      .array(
        z.strictObject({
          pointer: z.string().describe('The record in the content (RFC 6901).'),
          client_id: z.string().nullable(),
          outcome: z.enum(IMPORT_OUTCOMES),
          changed_fields: z.array(z.string()).describe('What differs from the client that is here.'),
          needs_secret: z
            .boolean()
            .describe('The content has no secret of it: rotate the secret to make one.'),
          left_out: z
            .array(finding)
            .describe('What this server has nothing for, or why the record is skipped.'),
          errors: z.array(finding),
        }),
      )
      .describe('Each record, in the order of the content.'),
  })
  .meta({ id: 'ClientImportReport' });
