import * as z from 'zod';
import { invalid, type ValidationError } from '../../platform/errors/errors.js';
import { isStorable } from '../../platform/wire/input.js';

const UNSTORABLE = 'must be text, without the character U+0000 and halves of surrogate pairs';
const text = z.string().trim().min(1).max(1_024).refine(isStorable, UNSTORABLE);
const link = z
  .url({ protocol: /^https?$/, error: 'must be an http or https URL' })
  .max(2_048)
  .refine(isStorable, UNSTORABLE);

const address = z.strictObject({
  formatted: text.optional(),
  street_address: text.optional(),
  locality: text.optional(),
  region: text.optional(),
  postal_code: text.optional(),
  country: text.optional(),
});

/** OpenID Connect Core 1.0, section 5.1: the standard claims that a person may have, under the names of the claims. */
export const profileSchema = z.strictObject({
  name: text.optional(),
  given_name: text.optional(),
  family_name: text.optional(),
  middle_name: text.optional(),
  nickname: text.optional(),
  preferred_username: text.optional(),
  profile: link.optional(),
  picture: link.optional(),
  website: link.optional(),
  gender: text.optional(),
  birthdate: z
    .string()
    .regex(/^(\d{4}|\d{4}-\d{2}-\d{2})$/, 'must be YYYY-MM-DD, or YYYY alone')
    .optional(),
  zoneinfo: text.optional(),
  locale: text.optional(),
  phone_number: z
    .string()
    .regex(/^\+[0-9 ()./;=a-z-]{3,64}$/, 'must be in E.164 form, such as +14155550100')
    .optional(),
  phone_number_verified: z.boolean().optional(),
  address: address.optional(),
});

/** The data about the person beyond the e-mail address; keys are the claims' names. */
export type Profile = z.infer<typeof profileSchema>;

/** Validates a profile from input. Throws AppError `invalid` with every validation error. */
export function checkedProfile(given: unknown): Profile {
  const errors = profileErrors(given);
  if (errors.length > 0) throw invalid(errors);
  return profileSchema.parse(given);
}

/** Every validation error of a profile from input; none without one. */
export function profileErrors(given: unknown): ValidationError[] {
  const result = profileSchema.safeParse(given ?? {});
  if (result.success) return [];
  return result.error.issues.flatMap((issue) => {
    const names = issue.code === 'unrecognized_keys' ? issue.keys : [undefined];
    return names.map((name) => ({
      pointer: ['', 'profile', ...issue.path.map(String), ...(name === undefined ? [] : [name])].join('/'),
      detail: name === undefined ? issue.message : 'is not a claim that a profile can have',
    }));
  });
}
