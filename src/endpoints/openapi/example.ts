import type { JsonSchema } from './json-schema.js';
import type { Reference } from './openapi.js';

type Schemas = Readonly<Record<string, JsonSchema>>;

/** An object of more members is cut off. */
const MOST_MEMBERS = 9;
const DEEPEST = 4;
const CUT = '…';
const FORMATS: Readonly<Record<string, string>> = {
  uuid: '5f0c1c6e-8d2b-4a57-9f1e-c6b0a3d97e21',
  'date-time': '2026-11-26T13:28:00Z',
  date: '2026-11-26',
  uri: 'https://app.example/callback',
  email: 'lin@example.com',
};

/** A value of the schema as JSON for people: short lists, and long objects cut off with an ellipsis. */
export function exampleText(schema: JsonSchema | Reference, schemas: Schemas, onlyRequired = false): string {
  const text = JSON.stringify(exampleOf({ ...schema }, schemas, { depth: 0, onlyRequired }), null, 2);
  return text.replaceAll(`"${CUT}": "${CUT}"`, CUT);
}

function exampleOf(
  schema: JsonSchema,
  schemas: Schemas,
  at: { depth: number; onlyRequired: boolean },
): unknown {
  const { $ref, const: constant, enum: values, type, items } = schema;
  if ($ref !== undefined) return exampleOf(schemas[$ref.slice($ref.lastIndexOf('/') + 1)] ?? {}, schemas, at);
  if (constant !== undefined) return constant;
  if (values?.[0] !== undefined) return values[0];
  const either = schema.anyOf ?? schema.oneOf;
  if (either?.[0]) return exampleOf(either[0], schemas, at);
  const kind = Array.isArray(type) ? type[0] : type;
  if (at.depth > DEEPEST) return CUT;
  const below = { ...at, depth: at.depth + 1 };
  switch (kind) {
    case 'object':
      return objectOf(schema, schemas, below);
    case 'array':
      return items && typeof items === 'object' && !Array.isArray(items)
        ? [exampleOf(items, schemas, below)]
        : [];
    case 'integer':
    case 'number':
      return 1;
    case 'boolean':
      return true;
    case 'null':
      return null;
    default:
      return FORMATS[schema.format ?? ''] ?? 'text';
  }
}

function objectOf(
  { properties = {}, required = [] }: JsonSchema,
  schemas: Schemas,
  at: { depth: number; onlyRequired: boolean },
): Record<string, unknown> {
  const wanted = Object.entries(properties).filter(
    ([name]) => !at.onlyRequired || required.length === 0 || required.includes(name),
  );
  const shown = wanted
    .slice(0, MOST_MEMBERS)
    .map(([name, member]) => [name, typeof member === 'boolean' ? null : exampleOf(member, schemas, at)]);
  return Object.fromEntries([...shown, ...(wanted.length > MOST_MEMBERS ? [[CUT, CUT]] : [])]) as Record<
    string,
    unknown
  >;
}
