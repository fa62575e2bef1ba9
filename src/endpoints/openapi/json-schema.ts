import * as z from 'zod';

/** A schema in JSON Schema 2020-12, which is what OpenAPI 3.1 has. */
export type JsonSchema = z.core.JSONSchema.BaseSchema;

type Override = NonNullable<z.core.ToJSONSchemaParams['override']>;

/** The name of a schema in the document: its `id` (zod's `meta`). Throws when it has none. */
export function componentName(schema: z.ZodType): string {
  const id = schema.meta()?.id;
  if (id === undefined) throw new Error('a schema of the document has no id');
  return id;
}

/** The JSON Schemas of these schemas and of all named ones in them; they refer to each other as components. */
export function componentSchemas(
  schemas: readonly z.ZodType[],
  io: 'input' | 'output',
): Record<string, JsonSchema> {
  const { $defs = {} } = z.toJSONSchema(z.union([...schemas]), { io, unrepresentable: 'any', override });
  const text = JSON.stringify($defs).replaceAll('"#/$defs/', '"#/components/schemas/');
  const all = JSON.parse(text) as Record<string, JsonSchema>;
  return Object.fromEntries(Object.entries(all).sort(([one], [other]) => (one < other ? -1 : 1)));
}

/** The JSON Schema of a parameter. */
export function parameterSchema(schema: z.ZodType): JsonSchema {
  return bare(z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any', override }));
}

const override: Override = ({ zodSchema, jsonSchema }) => {
  // The format says it all, and the pattern of a time is longer than most records.
  if (jsonSchema.format !== undefined) delete jsonSchema.pattern;
  const { def } = zodSchema._zod;
  if (def.type !== 'pipe') return;
  // A list is read in two steps, its length first; together they are what may be sent.
  const { out } = def;
  const next = bare(z.toJSONSchema(out, { io: 'input', unrepresentable: 'any', override }));
  Object.assign(jsonSchema, next);
};

function bare(schema: JsonSchema): JsonSchema {
  const { $schema: _dialect, $id: _id, ...rest } = schema;
  return rest;
}
