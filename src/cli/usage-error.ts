/** The command line itself is wrong: an option that cannot be read, or options that do not go together. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** The JSON object that the option takes. Throws UsageError. */
export function jsonObject(option: string, text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value))
      return value as Record<string, unknown>;
  } catch {
    // Falls through to the one sentence for both.
  }
  throw new UsageError(`${option} takes a JSON object, such as '{"company": "Acme"}'.`);
}

/** The JSON list that the option takes. Throws UsageError. */
export function jsonList(option: string, text: string): unknown[] {
  try {
    const value: unknown = JSON.parse(text);
    if (Array.isArray(value)) return value;
  } catch {
    // Falls through to the one sentence for both.
  }
  throw new UsageError(`${option} takes a file with a JSON list, [...].`);
}
