import * as z from 'zod';
import { mergePatch } from '../../platform/wire/merge-patch.js';
import { toCamel, toSnake } from '../../platform/wire/snake-case.js';
import type { ValidationError } from '../../platform/errors/errors.js';
import { readFields, setByServer, unknownFields } from '../../platform/wire/input.js';
import { line, paragraphs } from '../../platform/wire/field-shapes.js';
import { UUID } from '../../platform/wire/uuid.js';
import { scopeNameShape, type ScopeNames } from './scope-name.js';
import { isReserved, type ScopeRecord, type ScopeSettings } from './scope-record.js';

type WireObject = Record<string, unknown>;

/** A record as a request describes it, with everything that is wrong with it; use the rest only when nothing is. */
export interface ScopeDraft {
  name: string;
  settings: ScopeSettings;
  retired: boolean;
  errors: ValidationError[];
}

const DEFAULT_CATEGORY = 'general';

/** The shape of each field that may be changed, as it is on the wire. */
export const scopeFields = {
  title: line(256, 'required'),
  description: paragraphs(4096),
  category: line(128),
  api_id: z.string('Send the id of an API as text.').regex(UUID, 'Send the id of an API, or null.'),
  retired: z.boolean('Send true or false.'),
} as const;

const shapeOfName = (names: ScopeNames) =>
  scopeNameShape(
    names,
    /^[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*$/,
    'Use 1 to 128 letters, digits, hyphens and underscores, with single dots between words: orders.read.',
  );
/** The shape of a new scope's name, as long as the installation does not accept others. */
export const scopeName = shapeOfName('dots');

const READ_ONLY = {
  retired_at: 'Send "retired": true to retire a scope, and false to take that back.',
  ...setByServer('created_at', 'updated_at', 'url'),
};

/** Reads the wire form of a new scope; null means absent. */
export function readNewScope(input: WireObject, names: ScopeNames): ScopeDraft {
  const { retired: _later, ...writable } = scopeFields;
  const fields = { name: shapeOfName(names), ...writable };
  const readOnly = { ...READ_ONLY, retired: 'A new scope is not retired; leave this out.' };
  const wire = mergePatch({}, input);
  const draft = read(wire, fields, unknownFields(input, fields, readOnly));
  if (!Object.hasOwn(wire, 'name')) draft.errors.push({ pointer: '/name', detail: 'Give the scope a name.' });
  if (isReserved(draft.settings.category)) {
    const detail = 'The scopes of this category are those of the product itself; choose another.';
    draft.errors.push({ pointer: '/category', detail });
  }
  return draft;
}

/** Applies a JSON merge patch (RFC 7396) to a scope. */
export function readScopePatch(record: ScopeRecord, patch: WireObject): ScopeDraft {
  const readOnly = { ...READ_ONLY, name: 'The name of a scope never changes; leave it out.' };
  const { title, description, category, apiId } = record;
  const current = { ...toSnake({ title, description, category, apiId }), retired: record.retiredAt !== null };
  const wire = mergePatch(mergePatch({}, current), patch);
  const draft = read(wire, scopeFields, unknownFields(patch, scopeFields, readOnly));
  return { ...draft, name: record.name };
}

function read(wire: WireObject, fields: Record<string, z.ZodType>, unknown: ValidationError[]): ScopeDraft {
  const { values, errors } = readFields(wire, fields);
  if (!Object.hasOwn(wire, 'title')) {
    errors.push({ pointer: '/title', detail: 'Give the scope a title, in words for people.' });
  }
  const given = toCamel(values) as Partial<ScopeSettings> & { name?: string; retired?: boolean };
  return {
    name: given.name ?? '',
    settings: {
      title: given.title ?? '',
      description: given.description ?? null,
      category: given.category ?? DEFAULT_CATEGORY,
      apiId: given.apiId ?? null,
    },
    retired: given.retired ?? false,
    errors: [...unknown, ...errors],
  };
}
