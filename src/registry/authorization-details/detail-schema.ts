import * as z from 'zod';
import { oneOf } from '../../platform/wire/field-shapes.js';
import { patternProblem } from './simple-pattern.js';

/** The most subschemas, each counted as often as it is referred to. */
const MAX_SUBSCHEMAS = 200;
const MAX_BYTES = 16_384;
const DRAFT = 'https://json-schema.org/draft/2020-12/schema';
const FORMATS = ['date', 'date-time', 'time', 'email', 'uri', 'uuid', 'ipv4', 'ipv6'] as const;
const TYPES = ['object', 'array', 'string', 'number', 'integer', 'boolean', 'null'] as const;

/** The keywords that each type has; elsewhere they would be without effect. */
const OF_TYPE: Readonly<Record<string, readonly string[]>> = {
  object: ['properties', 'required', 'additionalProperties', 'minProperties', 'maxProperties'],
  array: ['items', 'minItems', 'maxItems', 'uniqueItems'],
  string: ['minLength', 'maxLength', 'pattern', 'format'],
  number: ['minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum', 'multipleOf'],
};
const WORDS = ['title', 'description', '$comment'];
const OF_ROOT = ['$schema', '$defs'];
const COMBINING = ['anyOf', 'oneOf', 'allOf'];

/** A JSON Schema, or a part of it. */
export type Schema = Readonly<Record<string, unknown>>;

/** Something wrong in a schema, and where. */
export interface SchemaError {
  path: readonly PropertyKey[];
  detail: string;
}

const count = z.int('Send a whole number.').min(0, 'Send a whole number from 0.');
const number = z.number('Send a number.');
const scalar = z.union([z.string(), z.number(), z.boolean()], 'Send a text, a number, true or false.');
const name = z.string('Send text.').refine((value) => value !== '__proto__', 'This name cannot be used.');
const REFUSED = 'This keyword is not supported: the list of those that are is in docs/clients.md.';
const NO_EFFECT =
  'This has no effect here: send its type beside it, and nothing beside $ref, const and enum. $defs and $schema belong to the root.';
const TOO_LARGE = {
  path: [],
  detail: `Use at most ${String(MAX_SUBSCHEMAS)} subschemas, each counted as often as it is referred to, and no references in a circle.`,
};
const subschema: z.ZodType = z.lazy(() => z.strictObject(KEYWORDS, { error: sayUnsupported }));
const subschemas = z
  .array(subschema, 'Send an array of schemas.')
  .min(1, 'Send at least one schema.')
  .max(50, 'Send at most 50 schemas.');
const named = z.record(name, subschema, 'Send an object of schemas by name.');

const KEYWORDS = Object.fromEntries(
  Object.entries({
    $schema: z.literal(DRAFT, `Send ${DRAFT}, or leave this out.`),
    $defs: named,
    $ref: z
      .string('Send text.')
      .regex(/^#\/\$defs\/[^/~]+$/, 'Send #/$defs/ and a name: other references are not followed.'),
    $comment: z.string('Send text.'),
    title: z.string('Send text.'),
    description: z.string('Send text.'),
    type: oneOf(TYPES),
    enum: z
      .array(scalar, 'Send an array.')
      .min(1, 'Send at least one value.')
      .max(200, 'Send at most 200 values.'),
    const: scalar,
    anyOf: subschemas,
    oneOf: subschemas,
    allOf: subschemas,
    properties: named,
    required: z.array(z.string('Send text.'), 'Send an array of names.'),
    additionalProperties: z.union([z.boolean(), subschema], 'Send true, false or a schema.'),
    minProperties: count,
    maxProperties: count,
    items: subschema,
    minItems: count,
    maxItems: count,
    uniqueItems: z.boolean('Send true or false.'),
    minLength: count,
    maxLength: count,
    pattern: z.string('Send text.').superRefine((value, context) => {
      const problem = patternProblem(value);
      if (problem !== undefined) context.addIssue(problem);
    }),
    format: oneOf(FORMATS),
    minimum: number,
    maximum: number,
    exclusiveMinimum: number,
    exclusiveMaximum: number,
    multipleOf: number.gt(0, 'Send a number above 0.'),
  } satisfies Record<string, z.ZodType>).map(([keyword, shape]) => [keyword, shape.optional()]),
);

function sayUnsupported({ code }: { code?: string | undefined }): string {
  return code === 'unrecognized_keys' ? REFUSED : 'Send a schema, which is an object.';
}

/**
 * What is wrong with the schema of a type (JSON Schema 2020-12): keywords that are not supported or have no effect where
 * they are, references that lead elsewhere or in a circle, and patterns that can be slow.
 */
export function schemaErrors(schema: Schema): SchemaError[] {
  if (Buffer.byteLength(JSON.stringify(schema)) > MAX_BYTES)
    return [{ path: [], detail: `Use at most ${String(MAX_BYTES)} bytes.` }];
  const { error } = subschema.safeParse(schema);
  if (error)
    return error.issues.flatMap(({ path, message, ...issue }) =>
      keysOf(issue).map((keys) => ({ path: [...path, ...keys], detail: message })),
    );
  const errors = misplaced(schema, [], schema);
  if (schema['type'] !== 'object')
    errors.push({ path: ['type'], detail: 'A detail is an object: send object.' });
  if (errors.length === 0 && sizeOf(schema, schema, []) > MAX_SUBSCHEMAS) errors.push(TOO_LARGE);
  return errors;
}

/** The wrong keys that an issue of zod is about, each as the end of a path. */
function keysOf(issue: object): string[][] {
  return 'keys' in issue && Array.isArray(issue.keys) ? issue.keys.map((key) => [String(key)]) : [[]];
}

/** Keywords that would have no effect, and references without a definition, here and below. */
function misplaced(schema: Schema, at: readonly PropertyKey[], root: Schema): SchemaError[] {
  const { required, $ref, properties } = schema;
  const has = (keyword: string) => schema[keyword] !== undefined;
  const deciding = ['$ref', 'const', 'enum'].find(has);
  const ofType = deciding === undefined ? ['type', ...COMBINING, ...keywordsOf(schema['type'])] : [deciding];
  const allowed = [...WORDS, ...(at.length === 0 ? OF_ROOT : []), ...ofType];
  const errors = Object.keys(schema)
    .filter((keyword) => !allowed.includes(keyword))
    .map((keyword) => ({ path: [...at, keyword], detail: NO_EFFECT }));
  if (deciding === undefined && !has('type') && !COMBINING.some(has))
    errors.push({
      path: [...at],
      detail: 'Say what this is: send type, enum, const, $ref, anyOf, oneOf or allOf.',
    });
  for (const name of Array.isArray(required) ? required.map(String) : [])
    if (!Object.hasOwn(schemasIn(properties), name))
      errors.push({
        path: [...at, 'required'],
        detail: `"${name}" is not in properties: describe it there.`,
      });
  if (typeof $ref === 'string' && !definitionOf(root, $ref))
    errors.push({ path: [...at, '$ref'], detail: 'There is no such definition in $defs.' });
  return [
    ...errors,
    ...childrenOf(schema).flatMap(([path, child]) => misplaced(child, [...at, ...path], root)),
  ];
}

function keywordsOf(type: unknown): readonly string[] {
  return OF_TYPE[type === 'integer' ? 'number' : String(type)] ?? [];
}

/** The schemas in a schema, with their paths. */
function childrenOf(schema: Schema): [path: string[], child: Schema][] {
  const found = [...COMBINING, 'properties', '$defs'].flatMap((keyword): [string[], unknown][] =>
    Object.entries(schema[keyword] ?? {}).map(([key, child]) => [[keyword, key], child]),
  );
  found.push(
    ...['items', 'additionalProperties'].map((keyword): [string[], unknown] => [[keyword], schema[keyword]]),
  );
  return found.flatMap(([path, child]): [string[], Schema][] => (isSchema(child) ? [[path, child]] : []));
}

/** How many subschemas a value is compared with, at most; beyond the limit for references in a circle. */
function sizeOf(schema: Schema, root: Schema, within: readonly string[]): number {
  const { $ref } = schema;
  if (typeof $ref === 'string') {
    if (within.includes($ref)) return MAX_SUBSCHEMAS + 1;
    return sizeOf(definitionOf(root, $ref) ?? {}, root, [...within, $ref]);
  }
  let size = 1;
  for (const [[keyword], child] of childrenOf(schema)) {
    if (size > MAX_SUBSCHEMAS) break;
    if (keyword !== '$defs') size += sizeOf(child, root, within);
  }
  return size;
}

function definitionOf(root: Schema, ref: string): Schema | undefined {
  const definitions = schemasIn(root['$defs']);
  const key = ref.slice('#/$defs/'.length);
  return Object.hasOwn(definitions, key) ? definitions[key] : undefined;
}

function schemasIn(value: unknown): Readonly<Record<string, Schema>> {
  return isSchema(value) ? (value as Readonly<Record<string, Schema>>) : {};
}

function isSchema(value: unknown): value is Schema {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
