import type { AppError } from '../../platform/errors/errors.js';
import { JSON_PROTOCOL_FIELDS } from '../../registry/client-protocol/protocol-fields.js';
import type { ConsoleField, ProblemsOnPage } from '../../platform/console-page-models/clients.js';

/** What is wrong with a form, by the name of the field. */
export class FormProblems {
  readonly #byField = new Map<string, string[]>();

  constructor(private readonly error: AppError) {
    for (const { pointer, detail } of error.errors) {
      const [, name = '', index] = pointer.split('/');
      const unit = JSON_PROTOCOL_FIELDS.includes(name) ? 'Entry' : 'Line';
      const text = /^\d+$/.test(index ?? '') ? `${unit} ${String(Number(index) + 1)}: ${detail}` : detail;
      this.#byField.set(name, [...(this.#byField.get(name) ?? []), text]);
    }
  }

  /** The field with what is wrong with it. */
  at<Field extends ConsoleField>(field: Field): Field {
    const problems = this.#byField.get(field.name);
    return problems ? { ...field, problem: problems.join(' ') } : field;
  }

  /** The message at the top of the form, with a link to each field that it is about. */
  summary(heading: string, labels: ReadonlyMap<string, string>): ProblemsOnPage {
    const links = [...this.#byField].map(([name, problems]) => ({
      label: `${labels.get(name) ?? name}: ${problems.join(' ')}`,
      href: labels.has(name) ? `#${name}` : undefined,
    }));
    const whole = { label: this.error.message, href: undefined };
    return { heading, links: links.length > 0 ? links : [whole] };
  }
}

/** Whether an error says that what was typed cannot be saved, so that the form is shown again with it. */
export function isProblemOfForm({ kind }: AppError): boolean {
  return kind === 'invalid' || kind === 'conflict' || kind === 'forbidden';
}
