import { AppError } from '../errors/errors.js';
import { equalInConstantTime, type Vault } from '../crypto/sealing.js';
import { OutdatedPage } from '../errors/outdated-page.js';

const FIELD = 'csrf';

/**
 * The CSRF token of our forms: a keyed digest of the form's context, such as the uid of an interaction, which only the
 * browser with the interaction's cookie knows. Nothing is stored, and any node can check it.
 */
export class FormTokens {
  constructor(private readonly vault: Vault) {}

  /** The token for forms of this context. */
  issue(context: string): string {
    return this.vault.digest('forms', context).toString('base64url');
  }

  /** Throws AppError `malformed` unless the form carries the token of this context, once. */
  check(form: URLSearchParams, context: string): void {
    const expected = Buffer.from(this.issue(context));
    const given = Buffer.from(field(form, FIELD) ?? '');
    if (equalInConstantTime(given, expected)) return;
    throw new OutdatedPage('This form did not come from our page, or the page was out of date.');
  }
}

/** The value of a field. Throws AppError `malformed` when it occurs more than once. */
export function field(form: URLSearchParams, name: string): string | undefined {
  const values = form.getAll(name);
  if (values.length > 1) throw new AppError('malformed', `The field "${name}" was sent more than once.`);
  return values[0];
}
