import { invalid, type ValidationError } from '../../platform/errors/errors.js';
import type { ConsoleField } from '../../platform/page-models/console/clients.js';
import { field } from '../../platform/pages/form-tokens.js';
import { AUTOMATIC_SCOPES } from '../../registry/client-record/client-defaults.js';
import { CLIENT_FIELD_DESCRIPTIONS } from '../../registry/client-record/client-field-descriptions.js';
import { linesOf, type Members } from '../console/form-values.js';
import type { Card, CardField } from './client-cards.js';

/** The members of the record that the card is about. */
export function membersOf(card: Card, record: object): Members {
  const all = record as Members;
  return Object.fromEntries(card.fields.map(({ name }) => [name, all[name] ?? null]));
}

/**
 * What was typed, as the wire has it; `base` is what the form was filled from. Throws AppError `invalid` for what is not
 * JSON where it should be.
 */
export function readCard(card: Card, form: URLSearchParams, base: Members): Members {
  const errors: ValidationError[] = [];
  const members = Object.fromEntries(
    card.fields.map((one) => {
      try {
        return [one.name, readField(one, form, base[one.name])];
      } catch (error) {
        if (!(error instanceof SyntaxError)) throw error;
        errors.push({
          pointer: `/${one.name}`,
          detail: 'This is not JSON: send a JSON Web Key Set, {"keys": [...]}.',
        });
        return [one.name, null];
      }
    }),
  );
  if (errors.length > 0) throw invalid(errors);
  return members;
}

function readField(
  { name, control, isFlag, isNullable }: CardField,
  form: URLSearchParams,
  before: unknown,
): unknown {
  if (control === 'ticks') return ticked(form.getAll(name), before, name === 'scopes');
  const text = (field(form, name) ?? '').trim();
  if (control === 'lines') return text === '' && isNullable ? null : linesOf(text);
  if (text === '') return null;
  if (control === 'code') return JSON.parse(text) as unknown;
  if (control === 'number') return /^\d+$/.test(text) ? Number(text) : text;
  if (isFlag) return text === 'true';
  return text.replaceAll('\r\n', '\n');
}

/** In the order of before. Browsers do not send the boxes of scopes that follow from the grants, which are disabled. */
function ticked(names: readonly string[], before: unknown, areScopes: boolean): string[] {
  const known = Array.isArray(before) ? before.map(String) : [];
  const kept = known.filter((name) => (areScopes && AUTOMATIC_SCOPES.includes(name)) || names.includes(name));
  return [...kept, ...names.filter((name) => !kept.includes(name))];
}

/** The field with this value; `typed` is the form that was sent, if it could not be saved. */
export function fieldOnPage(one: CardField, value: unknown, typed?: URLSearchParams): ConsoleField {
  const { name, label, control, options = [] } = one;
  return {
    name,
    label,
    help: CLIENT_FIELD_DESCRIPTIONS[name],
    control,
    options,
    value: typed && control !== 'ticks' ? (typed.get(name) ?? '') : textOf(value),
    values: typed ? typed.getAll(name) : Array.isArray(value) ? value.map(String) : [],
    ...(name === 'client_name' ? { isRequired: true } : {}),
  };
}

function textOf(value: unknown): string {
  if (value === null || value === undefined) return '';
  if (Array.isArray(value)) return value.join('\n');
  return typeof value === 'string' ? value : JSON.stringify(value, null, 2);
}
