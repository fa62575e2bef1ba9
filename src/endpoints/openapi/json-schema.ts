import { z } from 'zod';

/** A schema in JSON Schema 2020-12, which is what OpenAPI 3.1 has. */
export type JsonSchema = z.core.JSONSchema.BaseSchema;

type Override = NonNullable<z.core.ToJSONSchemaParams['override']>;

/** The JSON Schemas of these schemas, which refer to each other as components of the document. */
export function componentSchemas(
  schemas: Readonly<Record<string, z.ZodType>>,
  io: 'input' | 'output',
): Record<string, JsonSchema> {
  const registry = z.registry<{ id: string }>();
  for (const [name, schema] of Object.entries(schemas)) registry.add(schema, { id: name });
  const uri = (name: string): string => `#/components/schemas/${name}`;
  const all = z.toJSONSchema(registry, { io, uri, unrepresentable: 'any', override });
  return Object.fromEntries(Object.entries(all.schemas).map(([name, schema]) => [name, bare(schema)]));
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
