import type { Profile } from '../../identity/accounts/profile.js';
import type { OwnProfile } from '../../identity/accounts/profile.service.js';
import type { ValidationError } from '../../platform/errors/errors.js';
import type { ProfileField, ProfileModel } from '../../platform/page-models/account.js';
import { field } from '../../platform/pages/form-tokens.js';

type Claim = Exclude<keyof OwnProfile, 'address'>;
type Part = keyof NonNullable<Profile['address']>;
type Shown = Omit<ProfileField, 'name' | 'value' | 'problem'>;

/** BCP 47 tags of the languages that can be chosen; what is stored beside them stays. */
const LANGUAGES =
  'ar bg cs da de de-AT de-CH el en en-GB en-US es et fa fi fr he hi hr hu id it ja ko lt lv ms nb nl pl pt pt-BR ro ru sk sl sr sv th tr uk vi zh-CN zh-TW';

const names = new Intl.DisplayNames('en', { type: 'language' });
const NONE = { value: '', text: 'Not set' };
const LOCALE_OPTIONS = LANGUAGES.split(' ')
  .map((tag) => ({ value: tag, text: names.of(tag) ?? tag }))
  .toSorted((a, b) => a.text.localeCompare(b.text, 'en'));
const ZONE_OPTIONS = Intl.supportedValuesOf('timeZone').map((zone) => ({
  value: zone,
  text: zone.replaceAll('_', ' '),
}));

/** The claims in the groups of the page. */
const CLAIMS: readonly { heading: string; lead?: string; claims: Partial<Record<Claim, Shown>> }[] = [
  {
    heading: 'Name',
    lead: 'What applications call you, when you let them see your profile.',
    claims: {
      name: { label: 'Full name', autocomplete: 'name' },
      given_name: { label: 'Given names', autocomplete: 'given-name' },
      middle_name: { label: 'Middle names', autocomplete: 'additional-name' },
      family_name: { label: 'Surnames', autocomplete: 'family-name' },
      nickname: { label: 'Nickname', autocomplete: 'nickname' },
      preferred_username: {
        label: 'User name that you prefer',
        help: 'Applications may choose another one.',
      },
    },
  },
  {
    heading: 'About you',
    claims: {
      picture: {
        label: 'Picture',
        type: 'url',
        help: 'The https address of a picture.',
        autocomplete: 'photo',
      },
      website: { label: 'Website', type: 'url', autocomplete: 'url' },
      profile: { label: 'Profile page', type: 'url' },
      gender: { label: 'Gender', autocomplete: 'sex' },
      birthdate: {
        label: 'Date of birth',
        help: 'As in 1990-12-31, or the year alone.',
        autocomplete: 'bday',
      },
      phone_number: {
        label: 'Telephone number',
        type: 'tel',
        help: 'With the code of the country, as in +44 20 7946 0000.',
        autocomplete: 'tel',
      },
    },
  },
  {
    heading: 'Language and region',
    claims: {
      locale: { label: 'Language', options: LOCALE_OPTIONS },
      zoneinfo: { label: 'Time zone', options: ZONE_OPTIONS, help: 'The times on these pages are in it.' },
    },
  },
];

const ADDRESS: Readonly<Record<Exclude<Part, 'formatted'>, Shown>> = {
  street_address: { label: 'Street and number', autocomplete: 'street-address' },
  postal_code: { label: 'Postal code', autocomplete: 'postal-code' },
  locality: { label: 'Town', autocomplete: 'address-level2' },
  region: { label: 'State or region', autocomplete: 'address-level1' },
  country: { label: 'Country', autocomplete: 'country-name' },
};

/** The profile as the form says it. What the form does not have stays as it is. */
export function profileFrom(form: URLSearchParams, before: Profile): OwnProfile {
  const names = CLAIMS.flatMap(({ claims }) => Object.keys(claims) as Claim[]);
  const entries = names.flatMap((name) => valueOf(form, name, before[name]));
  const parts = Object.keys(ADDRESS).flatMap((part) =>
    valueOf(form, `address.${part}`, before.address?.[part as Part], part),
  );
  const isSame = parts.every(([part, value]) => before.address?.[part as Part] === value);
  const formatted = before.address?.formatted;
  // The whole address in one text belongs to its parts: it goes when they change.
  if (isSame && parts.length === Object.keys(before.address ?? {}).length - (formatted === undefined ? 0 : 1))
    return { ...Object.fromEntries(entries), ...(before.address && { address: before.address }) };
  return { ...Object.fromEntries(entries), ...(parts.length > 0 && { address: Object.fromEntries(parts) }) };
}

/** The mistakes that people, unlike operators, can make: a picture without https. */
export function ownProfileErrors({ picture }: OwnProfile): ValidationError[] {
  if (picture === undefined || /^https:/i.test(picture)) return [];
  return [{ pointer: '/profile/picture', detail: 'must be an https URL' }];
}

/** The fields with the values of a profile and what is wrong with them. */
export function profileFields(
  profile: OwnProfile,
  errors: readonly ValidationError[],
): ProfileModel['groups'] {
  const problemAt = (pointer: string) => {
    const detail = errors.find((error) => error.pointer === pointer)?.detail;
    return detail === undefined ? undefined : sentence(detail);
  };
  const groups = CLAIMS.map(({ heading, lead, claims }) => ({
    heading,
    ...(lead === undefined ? {} : { lead }),
    fields: Object.entries(claims).map(([name, shown]) =>
      fieldOf(name, shown, profile[name as Claim] ?? '', problemAt(`/profile/${name}`)),
    ),
  }));
  const address = Object.entries(ADDRESS).map(([part, shown]) =>
    fieldOf(
      `address.${part}`,
      shown,
      profile.address?.[part as Part] ?? '',
      problemAt(`/profile/address/${part}`),
    ),
  );
  return [...groups, { heading: 'Postal address', fields: address }];
}

function fieldOf(
  name: string,
  { options, ...shown }: Shown,
  value: string,
  problem: string | undefined,
): ProfileField {
  const given = { name, value, problem, maxlength: 1_024, ...shown };
  if (!options) return given;
  const isKnown = value === '' || options.some((option) => option.value === value);
  return { ...given, options: [NONE, ...(isKnown ? [] : [{ value, text: value }]), ...options] };
}

function valueOf(form: URLSearchParams, name: string, before = '', as = name): [string, string][] {
  const value = (field(form, name) ?? before).trim();
  return value === '' ? [] : [[as, value]];
}

function sentence(detail: string): string {
  return /^must\b/.test(detail) ? `This ${detail}.` : detail;
}
