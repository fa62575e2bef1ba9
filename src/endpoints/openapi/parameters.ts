import { z } from 'zod';
import type { AUDIT_FILTERS } from '../../tenancy/audit/audit.routes.js';
import { GRANT_TYPES } from '../../registry/client-record/client-record.js';
import type { CLIENT_FILTERS } from '../../registry/clients/list-query.js';
import type { SCOPE_FILTERS } from '../../registry/scopes/catalogue.routes.js';
import type { QueryParameter } from './operation.js';

type Parameters<Filters> = Readonly<Record<keyof Filters, QueryParameter>>;

const text = z.string().min(1).max(1024);
const timestamp = z.iso.datetime({ offset: true });
const flag = z.enum(['true', 'false']);

/** What every list takes. */
export const PAGE = {
  page_limit: {
    schema: z.int().min(1).max(100),
    description: 'The most entries of a page; 100 by default.',
  },
  cursor: { schema: z.string(), description: 'The next_cursor of the page before.' },
};

/** The filters of the list of clients. */
export const CLIENTS_QUERY: Parameters<typeof CLIENT_FILTERS> = {
  text: { schema: text, description: 'Text in the name, the client_id or the description.' },
  client_type: { schema: z.enum(['public', 'confidential']), description: 'Clients of this type.' },
  grant_type: { schema: z.enum(GRANT_TYPES), description: 'Clients that may use the grant.' },
  unused_since: { schema: timestamp, description: 'Clients that were not used since then.' },
  visibility: { schema: z.enum(['private', 'public']), description: 'Clients of this visibility.' },
  registration_type: { schema: z.enum(['manual', 'dynamic']), description: 'Clients registered like this.' },
  deleted: { schema: flag, description: 'Deleted clients that can be restored instead of live ones.' },
};

/** The filters of the scope catalogue. */
export const SCOPES_QUERY: Parameters<typeof SCOPE_FILTERS> = {
  category: { schema: text, description: 'Scopes of the category.' },
  api_id: { schema: z.uuid(), description: 'Scopes of the API.' },
  retired: { schema: flag, description: 'Retired scopes, or those in use.' },
};

/** The filters of the audit trail. */
export const AUDIT_QUERY: Parameters<typeof AUDIT_FILTERS> = {
  actor: { schema: text, description: 'What this subject did.' },
  action: { schema: text, description: 'Events of this kind, such as client.updated.' },
  target_id: { schema: text, description: 'What was done to the record with this key.' },
  from: { schema: timestamp, description: 'Events from then on.' },
  to: { schema: timestamp, description: 'Events before then.' },
};

/** The span of a usage report. */
export const SPAN_QUERY = {
  from: { schema: z.iso.date(), description: 'The first day (UTC); by default 30 days are reported.' },
  to: { schema: z.iso.date(), description: 'The last day (UTC); a report has at most 366.' },
};

/** What the parameters of paths name. */
export const PATH_WORDS: Readonly<Record<string, string>> = {
  org: 'The id or the slug of an organization.',
  project: 'The id or the slug of a project.',
  id: 'The id of the record.',
  member: 'The id of the membership.',
  name: 'The name of the scope.',
};

export const IF_MATCH =
  'The ETag of the record as it was read: another version answers 412 and nothing is changed (RFC 9110 section 13.1.1).';
export const IF_NONE_MATCH = 'The ETag of a copy: when it is still current the answer is 304 without a body.';
