import { invalid, type ValidationError } from '../../platform/errors/errors.js';
import type { ConsoleField, OptionOnPage } from '../../platform/console-page-models/clients.js';
import { field } from '../../platform/pages/form-tokens.js';
import { linesOf, type Members } from '../console/form-values.js';
import { withPresent } from './present-options.js';

/** A field of a record in a form: how it is typed, and how the wire has it. */
export interface RecordField {
  name: string;
  label: string;
  help?: string;
  control: ConsoleField['control'];
  options?: readonly OptionOnPage[];
  /** Of the texts `true` and `false`, and for none null. */
  isFlag?: true;
  /** Whether no line means null, which is a default, instead of an empty list. */
  isNullable?: true;
  isRequired?: true;
  /** What stays ticked, although browsers do not send it, because its boxes are disabled. */
  keeps?: readonly string[];
  /** What is wrong with a text that is not JSON. */
  notJson?: string;
}

/** The members of the record that the fields are about. */
export function membersOf(fields: readonly RecordField[], record: object): Members {
  const all = record as Members;
  return Object.fromEntries(fields.map(({ name }) => [name, all[name] ?? null]));
}

/**
 * What was typed, as the wire has it; `base` is what the form was filled from. Throws AppError `invalid` for what is not
 * JSON where it should be.
 */
export function readFields(fields: readonly RecordField[], form: URLSearchParams, base: Members): Members {
  const errors: ValidationError[] = [];
  const members = Object.fromEntries(
    fields.map((one) => {
      try {
        return [one.name, readField(one, form, base[one.name])];
      } catch (error) {
        if (!(error instanceof SyntaxError)) throw error;
        errors.push({ pointer: `/${one.name}`, detail: one.notJson ?? 'This is not JSON.' });
        return [one.name, null];
      }
    }),
  );
  if (errors.length > 0) throw invalid(errors);
  return members;
}

function readField(
  { name, control, isFlag, isNullable, keeps = [] }: RecordField,
  form: URLSearchParams,
  before: unknown,
): unknown {
  if (control === 'ticks') return ticked(form.getAll(name), before, keeps);
  const typed = field(form, name) ?? '';
  // A blank may be a part of a password.
  const text = control === 'password' ? typed : typed.trim();
  if (control === 'lines') return text === '' && isNullable ? null : linesOf(text);
  if (text === '') return null;
  if (control === 'code') return JSON.parse(text) as unknown;
  if (control === 'number') return /^\d+$/.test(text) ? Number(text) : text;
  if (isFlag) return text === 'true';
  return text.replaceAll('\r\n', '\n');
}

/** In the order of before. */
function ticked(names: readonly string[], before: unknown, keeps: readonly string[]): string[] {
  const known = Array.isArray(before) ? before.map(String) : [];
  const kept = known.filter((name) => keeps.includes(name) || names.includes(name));
  return [...kept, ...names.filter((name) => !kept.includes(name))];
}

/** The field with this value; `typed` is the form that was sent, if it could not be saved. */
export function fieldOnPage(one: RecordField, value: unknown, typed?: URLSearchParams): ConsoleField {
  const { name, label, help = '', control, options = [], isRequired } = one;
  const values = typed ? typed.getAll(name) : Array.isArray(value) ? value.map(String) : [];
  return {
    name,
    label,
    help,
    control,
    options: control === 'ticks' ? withPresent(options, values) : options,
    value: typed && control !== 'ticks' ? (typed.get(name) ?? '') : textOf(value, control),
    values,
    ...(isRequired ? { isRequired } : {}),
  };
}

function textOf(value: unknown, control: RecordField['control']): string {
  if (value === null || value === undefined) return '';
  if (Array.isArray(value) && control !== 'code') return value.join('\n');
  return typeof value === 'string' ? value : JSON.stringify(value, null, 2);
}
