import * as z from 'zod';
import type {
  OpenApiDocument,
  OperationObject,
  ResponseObject,
} from '../../../src/endpoints/openapi/openapi.js';
import type { TestServer } from '../nodes/test-server.js';

/** An operation with its place in the document. */
export interface Documented extends OperationObject {
  method: string;
  path: string;
}

/** What a call sends; parameters of the path and the query are told apart by the document. */
export interface Call {
  parameters?: Record<string, string>;
  body?: unknown;
  headers?: Record<string, string>;
}

/** An answer that the document allows. */
export interface Answered {
  status: number;
  headers: Headers;
  body: Record<string, unknown>;
}

/** Reads the document from the server itself. */
export async function fetchDocument(server: TestServer): Promise<OpenApiDocument> {
  const answer = await fetch(`${server.origin}/admin/v1/openapi.json`);
  return (await answer.json()) as OpenApiDocument;
}

export function operationsOf(document: OpenApiDocument): Documented[] {
  return Object.entries(document.paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, operation]) => ({ ...operation, method, path })),
  );
}

/** A client that is made of the document alone. It throws for every answer that the document does not allow. */
export class DocumentClient {
  readonly operations: ReadonlyMap<string, Documented>;
  /** How often each operation was called. */
  readonly called = new Map<string, number>();
  readonly #schemas = new Map<string, z.ZodType>();

  constructor(
    private readonly document: OpenApiDocument,
    private readonly origin: string,
    private readonly token: string,
  ) {
    this.operations = new Map(operationsOf(document).map((operation) => [operation.operationId, operation]));
  }

  async call(operationId: string, { parameters = {}, body, headers = {} }: Call = {}): Promise<Answered> {
    const operation = this.operations.get(operationId);
    if (!operation) throw new Error(`there is no operation ${operationId}`);
    this.called.set(operationId, (this.called.get(operationId) ?? 0) + 1);
    const path = operation.path.replace(/\{(\w+)\}/g, (_, name: string) =>
      encodeURIComponent(parameters[name] ?? ''),
    );
    const query = Object.entries(parameters).filter(([name]) => !operation.path.includes(`{${name}}`));
    const [type] = Object.keys(operation.requestBody?.content ?? {});
    const answer = await fetch(`${this.origin}${path}?${new URLSearchParams(query).toString()}`, {
      method: operation.method.toUpperCase(),
      headers: {
        authorization: `Bearer ${this.token}`,
        ...(type === undefined ? {} : { 'content-type': type }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    return this.#check(operation, answer);
  }

  /** Whether the value is what a schema of the document asks for. */
  validate(name: string, value: unknown): void {
    let schema = this.#schemas.get(name);
    if (!schema) {
      schema = schemaOf(this.document, name);
      this.#schemas.set(name, schema);
    }
    schema.parse(value);
  }

  async #check(operation: Documented, answer: Response): Promise<Answered> {
    const text = await answer.text();
    const what = `${operation.operationId} answered ${String(answer.status)}: ${text.slice(0, 500)}`;
    const response = responseOf(this.document, operation, answer.status);
    if (!response) throw new Error(`undocumented: ${what}`);
    for (const name of Object.keys(response.headers ?? {}))
      if (!answer.headers.has(name)) throw new Error(`no ${name}: ${what}`);
    const { status, headers } = answer;
    if (!response.content) {
      if (text !== '') throw new Error(`a body: ${what}`);
      return { status, headers, body: {} };
    }
    const type = headers.get('content-type')?.split(';')[0] ?? '';
    const reference = response.content[type]?.schema.$ref;
    if (reference === undefined) throw new Error(`of type ${type}: ${what}`);
    const body = JSON.parse(text) as Record<string, unknown>;
    try {
      this.validate(reference.split('/').at(-1) ?? '', body);
    } catch (error) {
      throw new Error(`not as documented: ${what}`, { cause: error });
    }
    return { status, headers, body };
  }
}

function responseOf(
  { components }: OpenApiDocument,
  { responses }: OperationObject,
  status: number,
): ResponseObject | undefined {
  const response = responses[String(status)];
  if (!response) return undefined;
  return '$ref' in response ? components.responses[response.$ref.split('/').at(-1) ?? ''] : response;
}

function schemaOf({ components }: OpenApiDocument, name: string): z.ZodType {
  const text = JSON.stringify({ $ref: `#/components/schemas/${name}`, $defs: components.schemas });
  const schema = JSON.parse(text.replaceAll('#/components/schemas/', '#/$defs/')) as Parameters<
    typeof z.fromJSONSchema
  >[0];
  return z.fromJSONSchema(schema);
}
