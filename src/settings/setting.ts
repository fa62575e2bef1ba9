import type * as z from 'zod';

/** Environment variables by name; an empty one counts as unset. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** A default that depends on another setting. */
export interface DerivedDefault {
  /** How the documents write it. */
  readonly documented: string;
  from(environment: Environment): string;
}

/** One setting. Its name is the environment variable. */
export interface Setting {
  /** The text that is checked when the variable is unset. Without a default the value is then undefined. */
  readonly default?: string | DerivedDefault;
  /** Makes the value from the text; its messages complete the sentence that begins with the name. */
  readonly check: z.ZodType;
  /** Documents the setting, in Markdown on one line. */
  readonly description: string;
  /** The text is never shown. */
  readonly secret?: true;
  /** The text to show of a valid one, where only a part of it is secret. */
  readonly redact?: (text: string) => string;
}

/** A setting with the group that the documents list it in. */
export type GroupedSetting<S extends Setting = Setting> = S & { readonly group: string };

/** Settings that are documented together, by name. */
export function settingGroup<const S extends Readonly<Record<string, Setting>>>(group: string, settings: S) {
  const entries = Object.entries(settings).map(([name, setting]) => [name, { ...setting, group }]);
  return Object.fromEntries(entries) as { readonly [Name in keyof S]: GroupedSetting<S[Name]> };
}
