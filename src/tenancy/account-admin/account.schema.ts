import * as z from 'zod';
import { ACCOUNT_STATUSES, type Account, DELETION_REQUESTERS } from '../../identity/accounts/account.js';
import { profileSchema } from '../../identity/accounts/profile.js';
import { described, id, nullish, page, time } from '../../platform/wire/response-shapes.js';
import { setByServer } from '../../platform/wire/input.js';
import type { Json } from '../../platform/wire/json.js';
import type { SnakeKeys } from '../../platform/wire/snake-case.js';

const FIELD_DESCRIPTIONS = {
  id: 'The key of the record and the subject (`sub`) of tokens about the person, but for clients with pairwise subjects; it never changes.',
  email: 'The e-mail address, which the person signs in with.',
  email_verified: 'Whether the address is known to be the person’s; false after another address was set.',
  profile: 'The standard claims of OpenID Connect Core 1.0, section 5.1, under their names.',
  status:
    'active; disabled, by an operator; or deleting: it is deleted at delete_after and can be restored until then. Only an active account can be signed in to, and its tokens used.',
  disabled_at: 'Since when it is disabled.',
  delete_after: 'When it is deleted for good.',
  deletion_requested_by: 'Who asked for the deletion: the person, who can take it back, or an operator.',
  last_sign_in_at: 'When the person signed in last.',
  has_password: 'False for a person who signs in with passkeys alone.',
  password_changed_at: 'When the password was changed; null for the first one.',
  created_at: 'When it was created.',
  updated_at: 'When it was last changed.',
  url: 'This record.',
  password: 'At least 12 bytes; it is in no response. Send it or password_hash.',
  password_hash:
    'The hash that another system made of the password: bcrypt, PBKDF2, scrypt, Firebase’s scrypt or argon2. The first sign-in replaces it.',
} as const;

const CLAIM_DESCRIPTIONS = {
  name: 'The full name.',
  given_name: 'The given names.',
  family_name: 'The surnames.',
  middle_name: 'The middle names.',
  nickname: 'What friends call the person.',
  preferred_username: 'The name that the person wants to be referred to by; not unique.',
  profile: 'The URL of the profile page.',
  picture: 'The URL of a picture.',
  website: 'The URL of the web page or blog.',
  gender: 'The gender.',
  birthdate: 'YYYY-MM-DD, or YYYY alone.',
  zoneinfo: 'The time zone, such as Europe/Paris.',
  locale: 'The language, such as en-US.',
  phone_number: 'The telephone number in E.164 form.',
  phone_number_verified: 'Whether the telephone number is known to be the person’s.',
  address: 'The postal address: formatted, street_address, locality, region, postal_code, country.',
} as const;

const text = z.string('Send text.').max(1_024, 'Use at most 1024 characters.');
/** What is certain before the address is in its canonical form. */
const email = text.meta({ minLength: 3, maxLength: 254, pattern: '^[^\\s@]+@[^\\s@]+$' });
/** 12 to 72 bytes, of which a character has up to four. */
const password = text.meta({ minLength: 3, maxLength: 72 });
const claims = described(profileSchema.shape, CLAIM_DESCRIPTIONS);
const profile = z.strictObject(claims).meta({ id: 'Profile' });
const emailVerified = z.boolean('Send true or false.');

/** An account in responses of the admin API. */
export const accountResponse = z
  .strictObject(
    described(
      {
        id,
        email: z.string(),
        email_verified: z.boolean(),
        profile,
        status: z.enum(ACCOUNT_STATUSES),
        disabled_at: time.nullable(),
        delete_after: time.nullable(),
        deletion_requested_by: z.enum(DELETION_REQUESTERS).nullable(),
        last_sign_in_at: time.nullable(),
        has_password: z.boolean(),
        password_changed_at: time.nullable(),
        created_at: time,
        updated_at: time,
        url: z.url(),
      },
      FIELD_DESCRIPTIONS,
    ),
  )
  .meta({ id: 'Account' }) satisfies z.ZodType<Json<SnakeKeys<Omit<Account, 'version'>> & { url: string }>>;
/** A page of accounts. */
export const accountPage = page(accountResponse).meta({ id: 'AccountPage' });

/** A new account, as it is sent. */
export const newAccount = z
  .strictObject(
    described(
      {
        email,
        password: password.optional(),
        password_hash: text.min(1, 'Send the hash.').optional(),
        email_verified: emailVerified.default(false),
        profile: profile.optional(),
      },
      FIELD_DESCRIPTIONS,
    ),
  )
  .meta({ id: 'NewAccount', oneOf: [{ required: ['password'] }, { required: ['password_hash'] }] });

/** What of an account can be changed; members of the profile that are null are removed. */
export const accountPatch = z
  .strictObject(
    described(
      {
        email: email.optional(),
        email_verified: emailVerified.optional(),
        profile: z
          .strictObject(described(nullish(claims), CLAIM_DESCRIPTIONS))
          .meta({ id: 'ProfilePatch' })
          .optional(),
      },
      FIELD_DESCRIPTIONS,
    ),
  )
  .meta({ id: 'AccountPatch' });

/** A new password, as it is sent. */
export const newPassword = z
  .strictObject(described({ password }, FIELD_DESCRIPTIONS))
  .meta({ id: 'NewPassword' });

/** Fields that only responses have. */
export const ACCOUNT_READ_ONLY = setByServer(
  'id',
  'status',
  'disabled_at',
  'delete_after',
  'deletion_requested_by',
  'last_sign_in_at',
  'has_password',
  'password_changed_at',
  'created_at',
  'updated_at',
  'url',
);
