import { AppError } from '../../platform/errors/errors.js';
import { field } from '../../platform/pages/form-tokens.js';

/** Members of a record on the wire. */
export type Members = Record<string, unknown>;

/** The members that a hidden field has brought back. Throws AppError `malformed` for anything else. */
export function membersFrom(form: URLSearchParams, name: string): Members {
  try {
    const value: unknown = JSON.parse(field(form, name) ?? '');
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Members;
  } catch {
    // Not from our page.
  }
  throw new AppError('malformed', 'This form did not come from our page, or the page was out of date.');
}

/** The version that a form was filled from. Throws AppError `malformed` for anything that is none. */
export function versionFrom(form: URLSearchParams): number {
  const text = field(form, 'version') ?? '';
  if (!/^[1-9]\d{0,9}$/.test(text)) throw new AppError('malformed', 'The form has no version.');
  return Number(text);
}

/** The lines that are not blank. */
export function linesOf(text: string): string[] {
  return text.split('\n').flatMap((line) => (line.trim() === '' ? [] : [line.trim()]));
}

/** What is wrong with the name that was typed to confirm; undefined when it is the right one. */
export function typedProblem(form: URLSearchParams, name: string): string | undefined {
  return field(form, 'typed')?.trim() === name ? undefined : `Type ${name} exactly to confirm.`;
}
