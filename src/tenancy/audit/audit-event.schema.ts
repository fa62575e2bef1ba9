import * as z from 'zod';
import type { SnakeKeys } from '../../platform/wire/snake-case.js';
import { described, id, page, textOrNull, time } from '../../platform/wire/response-shapes.js';
import type { Json } from '../../platform/wire/json.js';
import type { NamedAuditRow } from './audit-names.service.js';

/** An event of the audit trail in responses of the admin API. */
export const auditEventResponse = z
  .strictObject(
    described(
      {
        id,
        org_id: id.nullable(),
        project_id: id.nullable(),
        actor: z.string(),
        actor_name: textOrNull,
        action: z.string(),
        target_type: z.string(),
        target_id: z.string(),
        target_name: textOrNull,
        client_id: textOrNull,
        client_name: textOrNull,
        changed_fields: z.array(z.string()),
        address: textOrNull,
        request_id: textOrNull,
        occurred_at: time,
      },
      {
        id: 'The key of the event.',
        org_id: 'The organization that it happened in.',
        project_id: 'The project that it happened in.',
        actor: 'The subject that did it.',
        actor_name:
          'The e-mail address or the name of the actor as it is now; null when there is none, or none that the caller may read.',
        action: 'What was done, such as client.updated.',
        target_type: 'The kind of what it was done to.',
        target_id: 'The key of what it was done to.',
        target_name: 'The name, the e-mail address or the URL of that record, as actor_name has it.',
        client_id: 'The application that an event of an account is about.',
        client_name: 'The name of that application, as actor_name has it.',
        changed_fields: 'The names of the fields that changed, or of what was refused, never their values.',
        address: 'Where the request came from; null on the command line.',
        request_id: 'The X-Request-Id of the request; null on the command line.',
        occurred_at: 'When it happened.',
      },
    ),
  )
  .meta({ id: 'AuditEvent' }) satisfies z.ZodType<Json<SnakeKeys<NamedAuditRow>>>;
/** A page of the audit trail. */
export const auditEventPage = page(auditEventResponse).meta({ id: 'AuditEventPage' });
