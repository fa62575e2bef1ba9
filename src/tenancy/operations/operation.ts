import * as z from 'zod';
import type { QueryParameters } from '../../platform/paging/query.js';
import { isUuid } from '../../platform/wire/uuid.js';
import type { Permission } from '../access/permissions.js';

/** A chapter of the API reference. */
export interface Tag {
  name: string;
  description: string;
}

/**
 * What a caller needs: the permission, by both the scopes of the token and a role in the tenant of the path. `any role`
 * is for lists that show each caller what their roles allow.
 */
export interface Authorization {
  permission: Permission;
  /** Another permission that is needed in the same tenant. */
  also?: Permission;
  at: 'project' | 'organization' | 'installation' | 'any role';
  /** The path names a client that is changed: see `AccessService.authorizeClientChange`. */
  changesClient?: true;
}

/** The parameter of the path that names a record. */
export interface RecordKey {
  parameter: string;
  description: string;
  /** The kind of record, for the sentence of a 404. */
  noun: string;
  /** The stored form of the key; undefined when no record can have it. */
  parse(text: string): string | undefined;
}

/** The body of a request. The service validates it, by the same schema and by rules that no schema can express. */
export interface RequestBody {
  schema: z.ZodType;
  /** The limit of its size. */
  maxBytes: number;
}

/**
 * One operation of the admin API. The router and the OpenAPI document are both made of it. Schemas of bodies have their
 * name in the document as `id` (zod's `meta`).
 */
export interface Operation {
  /** The operationId. */
  id: string;
  tag: Tag;
  method: 'get' | 'post' | 'patch' | 'delete';
  /** With parameters as the router writes them: `/orgs/:org`. */
  path: string;
  summary: string;
  /** Without it every valid token is enough. */
  authorization?: Authorization;
  /** It changes who can do what: see `requireFreshSignIn`. */
  freshSignIn?: true;
  /** It has a limit of how often: 429 beyond it. */
  limited?: true;
  /** The `url` of the record is not its own address in this API, but a receiver's. */
  urlIsReceiver?: true;
  record?: RecordKey;
  /** The record that the path names before, which the other belongs to. */
  parent?: RecordKey;
  query?: QueryParameters;
  request?: RequestBody;
  /** The status of a success. */
  status: 200 | 201 | 204;
  response?: z.ZodType;
  /** Whether the record has a version: responses carry an ETag, and conditional requests are honoured. */
  versioned?: true;
  /**
   * The members of a record that change without an edit. Caches are told about their changes, If-Match is not
   * concerned, and requests may send back any value of them.
   */
  volatile?: readonly string[];
  /** When the operation answers 409. */
  conflict?: string;
}

/** The parameters of paths that name the tenant. */
export const TENANT_PARAMETERS: Readonly<Record<string, string>> = {
  org: 'The id or the slug of an organization.',
  project: 'The id or the slug of a project.',
};

/** The media types of request bodies. */
export function mediaTypesOf({ method }: Operation): readonly string[] {
  return method === 'patch' ? ['application/merge-patch+json', 'application/json'] : ['application/json'];
}

/** Whether If-Match is honoured: where a record is changed. */
export function honoursIfMatch({ versioned, method, status }: Operation): boolean {
  return versioned === true && method !== 'get' && status !== 201;
}

/** Whether a success carries an ETag. A record that was deleted has no version any more. */
export function hasEntityTag({ versioned, method, status, record, path }: Operation): boolean {
  const namesRecord = record === undefined || path.endsWith(`:${record.parameter}`);
  const deletesRecord = status === 204 && method === 'delete' && namesRecord;
  return versioned === true && !deletesRecord;
}

/** Whether a success carries the Location of a new record: its `url`. */
export function hasLocation({ status, response, urlIsReceiver }: Operation): boolean {
  return (
    status === 201 &&
    urlIsReceiver === undefined &&
    response instanceof z.ZodObject &&
    'url' in response.shape
  );
}

/** A record that is named by its id. */
export function recordId(
  noun: string,
  { parameter = 'id', description = 'The id of the record.' } = {},
): RecordKey {
  const parse = (text: string) => (isUuid(text) ? text.toLowerCase() : undefined);
  return { parameter, description, noun, parse };
}
