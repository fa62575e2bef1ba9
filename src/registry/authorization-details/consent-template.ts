import { withoutDeceptive } from '../../platform/wire/field-shapes.js';
import type { AuthorizationDetail } from './detail-check.js';

const PLACEHOLDER = /\{\{([^{}]*)\}\}/g;
const PATH = /^\s*[\w-]+(?:\.[\w-]+)*\s*$/;
const MAX_PLACEHOLDERS = 20;
const MAX_VALUE = 200;

/** A part of what people read: words of the operator, or a value that the client sent. */
export interface TemplatePart {
  text: string;
  isValue: boolean;
}

/** What is wrong with a template; undefined when nothing is. */
export function templateProblem(template: string): string | undefined {
  const placeholders = [...template.matchAll(PLACEHOLDER)];
  if (/[{}]{2}/.test(template.replace(PLACEHOLDER, '')))
    return 'Write a value as {{name}}: there are braces that do not belong together.';
  const wrong = placeholders.find(([, path = '']) => !PATH.test(path));
  if (wrong) return `${wrong[0]} is no path: write names with dots between them, as in {{amount.currency}}.`;
  if (placeholders.length > MAX_PLACEHOLDERS) return `Use at most ${String(MAX_PLACEHOLDERS)} values.`;
  return undefined;
}

/** The words with the values of a detail in them, each of at most 200 characters; a dash where there is none. */
export function renderTemplate(template: string, detail: AuthorizationDetail): TemplatePart[] {
  // Between the words, split leaves what the parentheses of the expression found.
  return template.split(PLACEHOLDER).flatMap((text, index): TemplatePart[] => {
    if (index % 2 === 0) return text === '' ? [] : [{ text, isValue: false }];
    return [{ text: shown(valueAt(detail, text.trim())), isValue: true }];
  });
}

function valueAt(detail: AuthorizationDetail, path: string): unknown {
  return path
    .split('.')
    .reduce<unknown>(
      (at, name) =>
        typeof at === 'object' && at !== null && Object.hasOwn(at, name)
          ? (at as Record<string, unknown>)[name]
          : undefined,
      detail,
    );
}

function shown(value: unknown): string {
  if (value === undefined || value === null || value === '') return '—';
  const isList = Array.isArray(value) && value.every((entry) => typeof entry !== 'object');
  const text = isList ? value.join(', ') : typeof value === 'string' ? value : JSON.stringify(value);
  const characters = [...withoutDeceptive(text)];
  return characters.length > MAX_VALUE ? `${characters.slice(0, MAX_VALUE).join('')}…` : characters.join('');
}
