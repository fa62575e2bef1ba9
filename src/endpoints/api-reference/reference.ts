import type {
  ReferenceModel,
  ReferenceField,
  ReferenceOperation,
  ReferenceRecordsModel,
} from '../../platform/page-models/reference.js';
import { exampleText } from '../openapi/example.js';
import type { JsonSchema } from '../openapi/json-schema.js';
import type { OpenApiDocument, OperationObject, Reference, ResponseObject } from '../openapi/openapi.js';

/**
 * The reference page of the document, below the path `base`: its operations by chapter, with the fields of requests. With a
 * filter only those operations whose id, path or summary have all of its words.
 */
export function referenceModel(document: OpenApiDocument, base: string, filter = ''): ReferenceModel {
  const words = filter.toLowerCase().split(/\s+/).filter(Boolean);
  const isWanted = ({ id, method, path, summary }: ReferenceOperation) => {
    const text = `${id} ${method} ${path} ${summary}`.toLowerCase();
    return words.every((word) => text.includes(word));
  };
  const all = Object.entries(document.paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, operation]) => ({ path, method, operation })),
  );
  const chapters = document.tags
    .map(({ name, description }) => ({
      name,
      description,
      operations: all
        .filter(({ operation }) => operation.tags.includes(name))
        .map(({ path, method, operation }) => operationOn(document, path, method, operation))
        .filter(isWanted),
    }))
    .filter(({ operations }) => operations.length > 0);
  const { title, description: introduction } = document.info;
  return { title, introduction, chapters, filter, base };
}

/** The records of responses with their fields. */
export function recordsOf({ components }: OpenApiDocument): ReferenceRecordsModel['records'] {
  return Object.entries(components.schemas)
    .filter(([name]) => !/^New|Patch$/.test(name))
    .map(([name, schema]) => ({ name, fields: fieldsOf(schema) }));
}

function operationOn(
  document: OpenApiDocument,
  path: string,
  method: string,
  operation: OperationObject,
): ReferenceOperation {
  const body = Object.values(operation.requestBody?.content ?? {})[0]?.schema;
  return {
    id: operation.operationId,
    method: method.toUpperCase(),
    path,
    summary: operation.summary,
    permission: operation['x-permission'],
    role: operation['x-role'],
    parameters: operation.parameters.map(({ name, in: location, required, description, schema }) => ({
      name,
      location,
      required,
      type: typeOf(schema),
      description,
    })),
    curl: curlOf(document, path, method, operation),
    example: exampleOf(document, operation),
    bodyTypes: Object.keys(operation.requestBody?.content ?? {}),
    fields: body ? fieldsOf(document.components.schemas[nameOf(body)] ?? {}) : [],
    answers: Object.entries(operation.responses).map(([status, given]) => {
      const response = responseOf(document, given);
      const content = Object.values(response.content ?? {})[0]?.schema;
      const $ref = content?.$ref;
      return { status, description: response.description, record: $ref && nameOf({ $ref }) };
    }),
  };
}

function curlOf(
  { servers, components }: OpenApiDocument,
  path: string,
  method: string,
  { requestBody }: OperationObject,
): string {
  const [type] = Object.keys(requestBody?.content ?? {});
  const body = type === undefined ? undefined : requestBody?.content[type]?.schema;
  return [
    `curl${method === 'get' ? '' : ` -X ${method.toUpperCase()}`} "${servers[0]?.url ?? ''}${path}"`,
    '-H "Authorization: Bearer $TOKEN"',
    ...(body
      ? [`-H "Content-Type: ${type ?? ''}"`, `-d '${exampleText(body, components.schemas, true)}'`]
      : []),
  ].join(' \\\n  ');
}

/** The body of a success. */
function exampleOf(
  { components }: OpenApiDocument,
  { responses }: OperationObject,
): ReferenceOperation['example'] {
  for (const [status, response] of Object.entries(responses)) {
    const content = 'content' in response ? Object.values(response.content ?? {})[0]?.schema : undefined;
    if (status.startsWith('2')) return { status, body: content && exampleText(content, components.schemas) };
  }
  return undefined;
}

function responseOf({ components }: OpenApiDocument, given: ResponseObject | Reference): ResponseObject {
  if (!('$ref' in given)) return given;
  const response = components.responses[nameOf(given)];
  if (!response) throw new Error(`nothing is at ${given.$ref}`);
  return response;
}

function fieldsOf(schema: JsonSchema): ReferenceField[] {
  const required = new Set(schema.required ?? []);
  return Object.entries(schema.properties ?? {}).map(([name, field]) => {
    const shape = typeof field === 'boolean' ? {} : field;
    return { name, required: required.has(name), type: typeOf(shape), description: shape.description ?? '' };
  });
}

/** The type of a value in a few words. */
function typeOf(schema: JsonSchema): string {
  if (schema.$ref !== undefined) return nameOf({ $ref: schema.$ref });
  if (schema.const !== undefined) return String(schema.const);
  if (schema.enum) return schema.enum.map(String).join(' | ');
  const either = schema.anyOf ?? schema.oneOf;
  if (either) return either.map((one) => typeOf(one)).join(' | ');
  if (schema.type === 'array') {
    const { items } = schema;
    return `array of ${items && typeof items === 'object' && !Array.isArray(items) ? typeOf(items) : 'anything'}`;
  }
  const name = [schema.type ?? 'anything'].flat().join(' | ');
  return schema.format === undefined ? name : `${name} (${schema.format})`;
}

function nameOf({ $ref }: Reference): string {
  return $ref.slice($ref.lastIndexOf('/') + 1);
}
