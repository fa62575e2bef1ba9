import { scopeFor, weakestRole } from '../../tenancy/access/permissions.js';
import { PATCH_TYPES } from '../../tenancy/access/admin-paths.js';
import { parameterSchema } from './json-schema.js';
import type { OperationObject, ParameterObject, Reference, ResponseObject } from './openapi.js';
import type { Need, Operation } from './operation.js';
import { IF_MATCH, IF_NONE_MATCH, PATH_WORDS } from './parameters.js';
import { refusalsOf } from './refusals.js';
import { parameterNames } from './template.js';

/** An operation as the document has it. */
export function operationObject(operation: Operation): OperationObject {
  const { id, tag, summary, need, body, method } = operation;
  const types = method === 'patch' ? PATCH_TYPES : ['application/json'];
  return {
    operationId: id,
    tags: [tag],
    summary,
    ...(need ? { 'x-permission': need.permission, 'x-role': roleFor(need) } : {}),
    security: [{ bearer: need ? [scopeFor(need.permission)] : [] }],
    parameters: parametersOf(operation),
    ...(body === undefined ? {} : { requestBody: { required: true, content: contentOf(body, types) } }),
    responses: { ...successOf(operation), ...refusalsOf(operation) },
  };
}

function roleFor({ permission, at }: Need): string {
  if (at === 'anybody') return 'any';
  const role = at === 'installation' ? undefined : weakestRole(permission);
  return role ?? 'owner of the installation';
}

function parametersOf({ path, query = {}, versioned, method, status }: Operation): ParameterObject[] {
  const text = { type: 'string' } as const;
  const inPath = parameterNames(path).map((name): ParameterObject => {
    const description = PATH_WORDS[name];
    if (description === undefined) throw new Error(`nothing says what {${name}} is`);
    return { name, in: 'path', required: true, description, schema: text };
  });
  const inQuery = Object.entries(query).map(([name, { schema, description }]): ParameterObject => {
    return { name, in: 'query', required: false, description, schema: parameterSchema(schema) };
  });
  const condition: ParameterObject =
    method === 'get'
      ? { name: 'If-None-Match', in: 'header', required: false, description: IF_NONE_MATCH, schema: text }
      : { name: 'If-Match', in: 'header', required: false, description: IF_MATCH, schema: text };
  return [...inPath, ...inQuery, ...(versioned && status !== 201 ? [condition] : [])];
}

function successOf({ status, answer, versioned, method, path }: Operation): Record<string, ResponseObject> {
  const created = status === 201 && answer !== 'InitialAccessToken';
  // What was deleted has no version; a client whose rotated secret was deleted still has.
  const tagged = versioned && !(status === 204 && path.endsWith('}'));
  const names = [...(tagged ? ['ETag'] : []), ...(created ? ['Location'] : [])];
  const headers = Object.fromEntries(names.map((name) => [name, { $ref: `#/components/headers/${name}` }]));
  return {
    [status]: {
      description: { 200: 'Done.', 201: 'Created.', 204: 'Done; there is no body.' }[status],
      ...(names.length > 0 ? { headers } : {}),
      ...(answer === undefined ? {} : { content: contentOf(answer, ['application/json']) }),
    },
    ...(versioned && method === 'get' ? { 304: { description: 'The copy is still current.', headers } } : {}),
  };
}

function contentOf(schema: string, types: readonly string[]): Record<string, { schema: Reference }> {
  const reference = { $ref: `#/components/schemas/${schema}` };
  return Object.fromEntries(types.map((type) => [type, { schema: reference }]));
}
