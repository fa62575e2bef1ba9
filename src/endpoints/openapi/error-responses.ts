import type { Operation } from '../../tenancy/operations/operation.js';
import type { Reference, ResponseObject } from './openapi.js';
import { parameterNames } from './path-template.js';

/** Errors that mean the same for every operation, by status; a 409 has a reason of its own in each. */
const SHARED = {
  400: ['Malformed', 'The query string, a header, the path or the body is malformed; see errors and detail.'],
  401: [
    'Unauthenticated',
    'There is no token, it is not good here, or the operation takes a newer or stronger sign-in (RFC 9470).',
  ],
  403: ['Forbidden', 'The token lacks the scope, or the role of its bearer does not allow this.'],
  404: ['NotFound', 'It is not there, or the caller may not see it: the same answer.'],
  412: ['Stale', 'The record was changed since the version in If-Match; nothing was changed.'],
  413: ['TooLarge', 'The body is too large.'],
  415: ['UnsupportedType', 'The body is of another media type, charset or encoding.'],
  422: ['Invalid', 'The body breaks rules of the record; errors lists every validation error.'],
  429: ['TooMany', 'This was asked for too often in a short time; nothing was changed.'],
  503: ['Unavailable', 'The database, or the keys of an outside issuer, cannot be reached for the moment.'],
} as const;
type SharedStatus = keyof typeof SHARED;

const HEADERS: Partial<Record<SharedStatus, string[]>> = {
  401: ['WWW-Authenticate'],
  429: ['Retry-After'],
  503: ['Retry-After'],
};

/** The error responses that operations have in common. */
export function sharedErrorResponses(): Record<string, ResponseObject> {
  return Object.fromEntries(
    (Object.keys(SHARED).map(Number) as SharedStatus[]).map((status) => {
      const [name, description] = SHARED[status];
      return [name, errorResponse(description, HEADERS[status] ?? [])];
    }),
  );
}

/** The error responses of an operation. */
export function errorResponsesOf(operation: Operation): Record<string, ResponseObject | Reference> {
  const changes = operation.method !== 'get' && operation.status !== 201;
  const { authorization, request, conflict, limited, versioned, path } = operation;
  const hasTenant = authorization !== undefined && authorization.at !== 'any role';
  const statuses: SharedStatus[] = [
    400,
    401,
    ...(authorization ? ([403] as const) : []),
    ...(hasTenant || parameterNames(path).length > 0 ? ([404] as const) : []),
    ...(versioned && changes ? ([412] as const) : []),
    ...(request ? ([413, 415, 422] as const) : []),
    ...(limited ? ([429] as const) : []),
    503,
  ];
  const shared = statuses.map((status) => [
    String(status),
    { $ref: `#/components/responses/${SHARED[status][0]}` },
  ]);
  return {
    ...(Object.fromEntries(shared) as Record<string, Reference>),
    ...(conflict === undefined ? {} : { 409: errorResponse(conflict, []) }),
  };
}

function errorResponse(description: string, headers: string[]): ResponseObject {
  const schema = { $ref: '#/components/schemas/Problem' };
  const references = headers.map((name) => [name, { $ref: `#/components/headers/${name}` }]);
  return {
    description,
    ...(headers.length > 0 ? { headers: Object.fromEntries(references) as Record<string, Reference> } : {}),
    content: { 'application/problem+json': { schema } },
  };
}
