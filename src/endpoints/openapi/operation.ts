import type { z } from 'zod';
import type { Permission } from '../../tenancy/access/permissions.js';
import type { AnswerName, RequestName } from './components.js';

/** What an operation is about; the reference has a chapter for each. */
export const TAGS = {
  organizations: 'Owners of clients, through their projects.',
  projects: 'Parts of organizations, each with clients of its own.',
  members: 'Who has which role in the installation, an organization or a project.',
  clients: 'The applications that may ask for tokens.',
  'initial access tokens': 'What lets others register clients in a project by themselves (RFC 7591).',
  scopes: 'The catalogue of what clients can ask for.',
  APIs: 'The resource servers that access tokens can be for (RFC 8707).',
  usage: 'What clients were used for, by day.',
  'audit trail': 'Who changed what, and when.',
} as const;
export type Tag = keyof typeof TAGS;

/** A parameter of the query string. */
export interface QueryParameter {
  schema: z.ZodType;
  description: string;
}

/** What a caller needs: both the scope in the token and the role in that place. Without it any token is good. */
export interface Need {
  permission: Permission;
  /** `place` is what the path names; in a list for `anybody`, everybody sees what their roles show them. */
  at: 'place' | 'installation' | 'anybody';
}

/** One operation of the admin API, as it is documented. */
export interface Operation {
  id: string;
  tag: Tag;
  method: 'get' | 'post' | 'patch' | 'delete';
  /** With parameters in braces. */
  path: string;
  summary: string;
  need?: Need;
  query?: Readonly<Record<string, QueryParameter>>;
  body?: RequestName;
  status: 200 | 201 | 204;
  answer?: AnswerName;
  /** Whether the record has a version, so that it comes with an ETag and conditional requests are honoured. */
  versioned?: true;
  /** When the operation answers 409. */
  conflict?: string;
}
