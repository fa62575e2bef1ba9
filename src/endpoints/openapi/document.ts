import { ADMIN_SCOPES } from '../../tenancy/access/permissions.js';
import type { Operation } from '../../tenancy/operations/operation.js';
import { ADMIN_API_ROUTES } from '../admin/admin-api.js';
import { sharedErrorResponses } from './error-responses.js';
import { componentSchemas } from './json-schema.js';
import type { HeaderObject, OpenApiDocument } from './openapi.js';
import { operationObject } from './operation-object.js';
import { template } from './path-template.js';
import { problem } from './problem.schema.js';

const OPERATIONS: readonly Operation[] = ADMIN_API_ROUTES.flatMap(({ operations }) => operations);

const DESCRIPTION = [
  'Every operation needs an access token for this API, obtained with the resource indicator that ends in /admin.',
  'What it may do is what both the scopes of the token and the role of its bearer allow.',
  'Bodies are JSON in UTF-8; fields that do not exist are refused. Errors are problem details (RFC 9457).',
  'Lists are there as CSV, too: all of it for Accept: text/csv, from the cursor on if one is sent.',
  'Another method than those of a path answers 405 with an Allow header.',
  'Every response has an X-Request-Id, the id of the request in the log of the server.',
].join(' ');

const HEADERS: Record<string, HeaderObject> = {
  ETag: { description: 'The version of the record, for If-Match.', schema: { type: 'string' } },
  Location: { description: 'The URL of the new record.', schema: { type: 'string', format: 'uri' } },
  'Retry-After': {
    description: 'Seconds after which to try again.',
    schema: { type: 'integer', minimum: 1 },
  },
  'WWW-Authenticate': { description: 'The challenge (RFC 6750).', schema: { type: 'string' } },
};

/** The operation that reads a record which this one creates. */
function readingOf({ status, path }: Operation): Operation | undefined {
  if (status !== 201) return undefined;
  return OPERATIONS.find(
    ({ method, path: at }) =>
      method === 'get' && at.startsWith(`${path}/:`) && !at.slice(path.length + 2).includes('/'),
  );
}

/** The OpenAPI 3.1 document of the admin API of `issuer`. */
export function openApiDocument(issuer: string): OpenApiDocument {
  const paths: OpenApiDocument['paths'] = {};
  const tags = new Map(OPERATIONS.map(({ tag }) => [tag.name, tag]));
  const requests = OPERATIONS.flatMap(({ request }) => request?.schema ?? []);
  const responses = OPERATIONS.flatMap(({ response }) => response ?? []);
  for (const operation of OPERATIONS) {
    (paths[template(operation.path)] ??= {})[operation.method] = operationObject(
      operation,
      readingOf(operation),
    );
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Postern admin API',
      version: '1',
      summary: 'Clients, scopes, APIs, organizations, projects and members of an authorization server.',
      description: DESCRIPTION,
      license: { name: 'Apache License 2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: issuer }],
    security: [{ bearer: [] }],
    tags: [...tags.values()],
    paths,
    components: {
      schemas: {
        ...componentSchemas(requests, 'input'),
        ...componentSchemas([...responses, problem], 'output'),
      },
      responses: sharedErrorResponses(),
      headers: HEADERS,
      securitySchemes: {
        bearer: {
          type: 'http',
          scheme: 'bearer',
          bearerFormat: 'JWT',
          description: `An access token for ${issuer}/admin. Its scopes: ${ADMIN_SCOPES.join(', ')}.`,
        },
      },
    },
  };
}
