import type { JsonSchema } from './json-schema.js';

/** The parts of OpenAPI 3.1 that the document of the admin API uses. */
export interface OpenApiDocument {
  openapi: '3.1.0';
  info: {
    title: string;
    version: string;
    summary: string;
    description: string;
    license: { name: string; identifier: string };
  };
  servers: { url: string }[];
  security: SecurityRequirement[];
  tags: { name: string; description: string }[];
  paths: Record<string, Partial<Record<'get' | 'post' | 'patch' | 'delete', OperationObject>>>;
  components: {
    schemas: Record<string, JsonSchema>;
    responses: Record<string, ResponseObject>;
    headers: Record<string, HeaderObject>;
    securitySchemes: Record<
      string,
      { type: 'http'; scheme: string; bearerFormat: string; description: string }
    >;
  };
}

/** The scopes that a token needs; none of them means any token. */
export type SecurityRequirement = Record<string, string[]>;

/** Another part of the document. */
export interface Reference {
  $ref: string;
}

/** One operation. */
export interface OperationObject {
  operationId: string;
  tags: string[];
  summary: string;
  /** The permission that the role of the caller must have; left out where any token is good. */
  'x-permission'?: string;
  /** The weakest role that has it there. */
  'x-role'?: string;
  security: SecurityRequirement[];
  parameters: ParameterObject[];
  requestBody?: { required: true; content: Record<string, { schema: Reference }> };
  responses: Record<string, ResponseObject | Reference>;
}

/** A parameter of a path, a query string or a header. */
export interface ParameterObject {
  name: string;
  in: 'path' | 'query' | 'header';
  required: boolean;
  description: string;
  schema: JsonSchema;
}

/** A response. */
export interface ResponseObject {
  description: string;
  headers?: Record<string, Reference>;
  content?: Record<string, { schema: Reference | JsonSchema }>;
  links?: Record<string, LinkObject>;
}

/** An operation that takes what a response has. */
export interface LinkObject {
  operationId: string;
  description: string;
  parameters: Record<string, string>;
}

/** A header of a response. */
export interface HeaderObject {
  description: string;
  schema: JsonSchema;
}
