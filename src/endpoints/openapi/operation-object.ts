import * as z from 'zod';
import { scopeFor, weakestRole } from '../../tenancy/access/permissions.js';
import {
  type Authorization,
  hasEntityTag,
  honoursIfMatch,
  hasLocation,
  mediaTypesOf,
  type Operation,
  TENANT_PARAMETERS,
} from '../../tenancy/operations/operation.js';
import { errorResponsesOf } from './error-responses.js';
import { csvColumns } from '../../tenancy/operations/csv-list.js';
import { componentName, type JsonSchema, parameterSchema } from './json-schema.js';
import type { LinkObject, OperationObject, ParameterObject, Reference, ResponseObject } from './openapi.js';
import { parameterNames } from './path-template.js';

const IF_MATCH =
  'The ETag of the record as it was read: another version answers 412 and nothing is changed (RFC 9110 section 13.1.1).';
const IF_NONE_MATCH = 'The ETag of a copy: when it is still current the answer is 304 without a body.';

/** An operation in the form of the document. `reading` is the operation that reads a record which it creates. */
export function operationObject(operation: Operation, reading?: Operation): OperationObject {
  const { id, tag, summary, authorization, request } = operation;
  return {
    operationId: id,
    tags: [tag.name],
    summary,
    ...(authorization ? { 'x-permission': authorization.permission, 'x-role': roleFor(authorization) } : {}),
    security: [{ bearer: authorization ? scopesOf(authorization) : [] }],
    parameters: parametersOf(operation),
    ...(request
      ? {
          requestBody: {
            required: true,
            content: contentOf(request.schema, mediaTypesOf(operation).slice(0, 1)),
          },
        }
      : {}),
    responses: { ...successOf(operation, reading), ...errorResponsesOf(operation) },
  };
}

function scopesOf({ permission, also }: Authorization): string[] {
  return [permission, ...(also ? [also] : [])].map(scopeFor);
}

function roleFor({ permission, at }: Authorization): string {
  if (at === 'any role') return 'any';
  const role = at === 'installation' ? undefined : weakestRole(permission);
  return role ?? 'owner of the installation';
}

function parametersOf(operation: Operation): ParameterObject[] {
  const { path, parent, record, query = {}, versioned, method } = operation;
  const text = { type: 'string' } as const;
  const inPath = parameterNames(path).map((name): ParameterObject => {
    const named = [record, parent].find((key) => key?.parameter === name);
    const description = named ? named.description : TENANT_PARAMETERS[name];
    if (description === undefined) throw new Error(`${operation.id} does not declare {${name}}`);
    return { name, in: 'path', required: true, description, schema: text };
  });
  const inQuery = Object.entries(query).map(([name, { schema, description }]): ParameterObject => {
    return { name, in: 'query', required: false, description, schema: parameterSchema(schema) };
  });
  const condition = (name: string, description: string): ParameterObject => {
    return { name, in: 'header', required: false, description, schema: text };
  };
  return [
    ...inPath,
    ...inQuery,
    ...(versioned && method === 'get' ? [condition('If-None-Match', IF_NONE_MATCH)] : []),
    ...(honoursIfMatch(operation) ? [condition('If-Match', IF_MATCH)] : []),
  ];
}

function successOf(operation: Operation, reading?: Operation): Record<string, ResponseObject> {
  const { status, response, versioned, method } = operation;
  const names = [
    ...(hasEntityTag(operation) ? ['ETag'] : []),
    ...(hasLocation(operation) ? ['Location'] : []),
  ];
  const headers = Object.fromEntries(names.map((name) => [name, { $ref: `#/components/headers/${name}` }]));
  return {
    [status]: {
      description: { 200: 'Done.', 201: 'Created.', 204: 'Done; there is no body.' }[status],
      ...(names.length > 0 ? { headers } : {}),
      ...(response ? { content: { ...contentOf(response, ['application/json']), ...csvOf(operation) } } : {}),
      ...(reading ? { links: { record: linkTo(operation, reading) } } : {}),
    },
    ...(versioned && method === 'get' ? { 304: { description: 'The copy is still current.', headers } } : {}),
  };
}

/** Every list is there as CSV, too. */
function csvOf(operation: Operation): Record<string, { schema: JsonSchema }> {
  return csvColumns(operation) === undefined || operation.method !== 'get'
    ? {}
    : { 'text/csv': { schema: { type: 'string' } } };
}

function linkTo({ path, response }: Operation, reading: Operation): LinkObject {
  const inRequest = parameterNames(path);
  const valueOf = (name: string) => {
    if (inRequest.includes(name)) return `$request.path.${name}`;
    return `$response.body#/${response instanceof z.ZodObject && name in response.shape ? name : 'id'}`;
  };
  const parameters = parameterNames(reading.path).map((name) => [name, valueOf(name)] as const);
  const description = 'The new record.';
  return { operationId: reading.id, description, parameters: Object.fromEntries(parameters) };
}

function contentOf(schema: z.ZodType, types: readonly string[]): Record<string, { schema: Reference }> {
  const reference = { $ref: `#/components/schemas/${componentName(schema)}` };
  return Object.fromEntries(types.map((type) => [type, { schema: reference }]));
}
