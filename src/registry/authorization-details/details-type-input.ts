import * as z from 'zod';
import type { ValidationError } from '../../platform/errors/errors.js';
import { line, paragraphs } from '../../platform/wire/field-shapes.js';
import { readFields, setByServer, unknownFields } from '../../platform/wire/input.js';
import { mergePatch } from '../../platform/wire/merge-patch.js';
import { toCamel, toSnake } from '../../platform/wire/snake-case.js';
import { UUID } from '../../platform/wire/uuid.js';
import { templateProblem } from './consent-template.js';
import { schemaErrors } from './detail-schema.js';
import type { DetailsTypeRecord, DetailsTypeSettings } from './details-type-record.js';

type WireObject = Record<string, unknown>;

/** A record as a request describes it, with everything that is wrong with it; use the rest only when nothing is. */
export interface DetailsTypeDraft {
  type: string;
  settings: DetailsTypeSettings;
  errors: ValidationError[];
}

const TYPE = /^[\x21\x23-\x5b\x5d-\x7e]{1,128}$/;

/** The name of a type. */
export const detailsTypeName = z
  .string('Send the name of a type as text.')
  .regex(TYPE, 'Use 1 to 128 printable ASCII characters but blanks, quotes and backslashes.');

/** Whether a type can have the name. */
export function isDetailsTypeName(name: string): boolean {
  return TYPE.test(name);
}

/** The shape of each field that may be changed, as it is on the wire. */
export const detailsTypeFields = {
  title: line(256, 'required'),
  consent_template: paragraphs(1_024).superRefine((template, context) => {
    const problem = templateProblem(template);
    if (problem !== undefined) context.addIssue(problem);
  }),
  schema: z
    .record(z.string(), z.unknown(), 'Send a JSON Schema, which is an object.')
    .superRefine((schema, context) => {
      for (const { path, detail } of schemaErrors(schema))
        context.addIssue({ code: 'custom', path: [...path], message: detail });
    }),
  api_id: z.string('Send the id of an API as text.').regex(UUID, 'Send the id of an API, or null.'),
} as const;

const READ_ONLY = setByServer('created_at', 'updated_at', 'url');

/** Reads the wire form of a new type; null means absent. */
export function readNewDetailsType(input: WireObject): DetailsTypeDraft {
  const fields = { type: detailsTypeName, ...detailsTypeFields };
  const draft = read(withSchema({}, input), fields, unknownFields(input, fields, READ_ONLY));
  if ((input['type'] ?? null) === null)
    draft.errors.push({ pointer: '/type', detail: 'Send the type, as requests have it.' });
  return draft;
}

/** Applies a JSON merge patch (RFC 7396), in which the schema is replaced as a whole. */
export function readDetailsTypePatch(record: DetailsTypeRecord, patch: WireObject): DetailsTypeDraft {
  const readOnly = { ...READ_ONLY, type: 'The type never changes; leave it out.' };
  const { title, consentTemplate, schema, apiId } = record;
  const current = { ...toSnake({ title, consentTemplate, apiId }), schema };
  const wire = withSchema(mergePatch({}, current), patch);
  const draft = read(wire, detailsTypeFields, unknownFields(patch, detailsTypeFields, readOnly));
  return { ...draft, type: record.type };
}

/** A schema is no record of members that could be changed one by one. */
function withSchema(current: WireObject, { schema, ...patch }: WireObject): WireObject {
  const merged = mergePatch(current, patch);
  return schema === undefined ? merged : { ...merged, schema };
}

function read(
  wire: WireObject,
  fields: Record<string, z.ZodType>,
  unknown: ValidationError[],
): DetailsTypeDraft {
  const { values, errors } = readFields(wire, fields);
  for (const [name, detail] of [
    ['title', 'Give the type a title, in words for people.'],
    ['consent_template', 'Say what people read of a detail.'],
    ['schema', 'Send a JSON Schema: what a detail has to be.'],
  ] as const)
    if (!Object.hasOwn(wire, name)) errors.push({ pointer: `/${name}`, detail });
  const given = toCamel(values) as Partial<DetailsTypeSettings> & { type?: string };
  return {
    type: given.type ?? '',
    settings: {
      title: given.title ?? '',
      consentTemplate: given.consentTemplate ?? '',
      schema: given.schema ?? {},
      apiId: given.apiId ?? null,
    },
    errors: [...unknown, ...errors],
  };
}
