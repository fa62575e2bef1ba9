import type * as z from 'zod';
import { type ALL_SETTINGS, SETTING_ENTRIES, type SettingName } from './all-settings.js';
import type { Environment, Setting } from './setting.js';
import { validationMessage } from './validation-message.js';

type ValueOf<S extends Setting> = S extends { readonly default: unknown }
  ? z.output<S['check']>
  : z.output<S['check']> | undefined;

/** The value of each setting by the name of its variable. */
export type Values = { readonly [Name in SettingName]: ValueOf<(typeof ALL_SETTINGS)[Name]> };

/**
 * Checks every setting. `problems` are sentences that begin with the name of the setting; values with a problem are
 * missing.
 */
export function readValues(environment: Environment): { values: Partial<Values>; problems: string[] } {
  const values: Partial<Record<SettingName, unknown>> = {};
  const problems: string[] = [];
  for (const [name, setting] of SETTING_ENTRIES) {
    const text = textOf(setting, environment[name], environment);
    if (text === undefined) continue;
    const result = setting.check.safeParse(text, { error: validationMessage });
    if (result.success) values[name] = result.data;
    else
      problems.push(
        ...result.error.issues.map(({ path, message }) => `${[name, ...path].join('.')}: ${message}`),
      );
  }
  return { values: values as Partial<Values>, problems: [...new Set(problems)] };
}

/** A setting as it is in effect. */
export interface EffectiveSetting {
  readonly name: SettingName;
  readonly group: string;
  /** The text of the value, `[secret]` in place of a secret; null when unset. */
  readonly value: string | null;
  readonly source: 'default' | 'environment';
}

export function effectiveSettings(environment: Environment): EffectiveSetting[] {
  return SETTING_ENTRIES.map(([name, setting]) => {
    const given = environment[name];
    const text = textOf(setting, given, environment) ?? '';
    const value = text === '' ? null : setting.secret ? '[secret]' : (setting.redact?.(text) ?? text);
    return { name, group: setting.group, value, source: given ? 'environment' : 'default' };
  });
}

function textOf(setting: Setting, given: string | undefined, environment: Environment): string | undefined {
  if (given) return given;
  return typeof setting.default === 'object' ? setting.default.from(environment) : setting.default;
}
