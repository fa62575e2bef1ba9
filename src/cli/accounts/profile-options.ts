import { UsageError } from '../usage-error.js';

/** The options that set claims of the profile. */
export interface ProfileOptions {
  name?: string;
  claim?: string[];
}

/**
 * The profile as a merge patch: `claim=value`, `claim=` to remove one, `address.country=value` for members of the address.
 * Undefined without any option. Throws UsageError for what is not of this form.
 */
export function profileFrom({ name, claim = [] }: ProfileOptions): Record<string, unknown> | undefined {
  if (name === undefined && claim.length === 0) return undefined;
  const profile: Record<string, unknown> = name === undefined ? {} : { name };
  const address: Record<string, unknown> = {};
  for (const text of claim) {
    const [, of, member, value = ''] = /^(address\.)?([a-z_]+)=(.*)$/s.exec(text) ?? [];
    if (member === undefined)
      throw new UsageError(`--claim takes claim=value, such as given_name=Ada, and not ${text}.`);
    (of === undefined ? profile : address)[member] = valueOf(member, value);
  }
  return Object.keys(address).length === 0 ? profile : { ...profile, address };
}

function valueOf(claim: string, text: string): unknown {
  if (text === '') return null;
  if (claim.endsWith('_verified') && /^(true|false)$/.test(text)) return text === 'true';
  return text;
}
