import { randomBytes } from 'node:crypto';
import type { Members } from '../console/form-values.js';
import { recordFormPages } from '../console-records/record-form.pages.js';
import type { RecordField } from '../console-records/record-fields.js';
import type { Visit } from '../console/visit.js';
import { ACCOUNT, accountCrumbs, accountPath, ACCOUNTS, type AccountWire } from './account-wire.js';

const BOOLEAN = [
  { value: 'true', text: 'true: yes' },
  { value: 'false', text: 'false: no' },
];
const EMAIL: RecordField = {
  name: 'email',
  label: 'E-mail address',
  help: 'The person signs in with it.',
  control: 'email',
  isRequired: true,
};
const VERIFIED: RecordField = {
  name: 'email_verified',
  label: 'E-mail address verified',
  help: 'Applications are told so. Say true only when you know that the address is the person’s.',
  control: 'select',
  options: BOOLEAN,
  isFlag: true,
};
const PASSWORD: RecordField = {
  name: 'password',
  label: 'Password',
  help: 'At least 12 bytes.',
  control: 'password',
};
const claim = (name: string, label: string, control: RecordField['control'] = 'text'): RecordField => ({
  name,
  label,
  control,
});

/** The claims of OpenID Connect Core 1.0, section 5.1. */
const CLAIMS: readonly RecordField[] = [
  claim('name', 'Full name'),
  claim('given_name', 'Given name'),
  claim('middle_name', 'Middle name'),
  claim('family_name', 'Family name'),
  claim('nickname', 'Nickname'),
  claim('preferred_username', 'Preferred username'),
  { ...claim('locale', 'Language'), help: 'Such as en-US.' },
  { ...claim('zoneinfo', 'Time zone'), help: 'Such as Europe/Paris.' },
  { ...claim('phone_number', 'Telephone number'), help: 'In E.164 form, such as +14155550100.' },
  {
    ...claim('phone_number_verified', 'Telephone number verified', 'select'),
    options: [{ value: '', text: 'Not said' }, ...BOOLEAN],
    isFlag: true,
  },
  claim('picture', 'Picture', 'url'),
  claim('profile', 'Profile page', 'url'),
  claim('website', 'Website', 'url'),
  claim('gender', 'Gender'),
  { ...claim('birthdate', 'Birthdate'), help: 'YYYY-MM-DD, or YYYY alone.' },
  { ...claim('address.formatted', 'Address', 'paragraphs'), help: 'As it stands on a letter.' },
  claim('address.street_address', 'Street'),
  claim('address.locality', 'City'),
  claim('address.region', 'Region'),
  claim('address.postal_code', 'Postal code'),
  claim('address.country', 'Country'),
];

/** The forms of a new account, of its data and of its password. */
export const accountFormPages = [
  ...recordFormPages({
    path: `${ACCOUNTS}/new`,
    operation: 'createAccount',
    isNew: true,
    fields: () => [
      EMAIL,
      claim('name', 'Full name'),
      VERIFIED,
      {
        ...PASSWORD,
        help: 'At least 12 bytes. Leave it empty to send a link with which the person chooses one.',
      },
    ],
    record: async () => ({ body: { email_verified: false }, version: undefined }),
    example: { email: 'ada@example.com', password: '…', profile: { name: 'Ada Lovelace' } },
    toBody: (members) => ({ password: randomBytes(24).toString('base64url'), ...inProfile(members) }),
    pointerOf: ofClaim,
    words: () => ({
      heading: 'New account',
      lead: 'A person who can sign in.',
      button: 'Create account',
      section: 'accounts',
      crumbs: [
        { label: 'Accounts', href: ACCOUNTS },
        { label: 'New account', href: `${ACCOUNTS}/new` },
      ],
      cancelHref: ACCOUNTS,
      notes: [
        'An invitation to an organization lets the person make the account, and gives it a role.',
        'Without a password, send a link from the page of the account.',
      ],
    }),
    done: (visit, { id }) => {
      visit.redirect(`${ACCOUNTS}/${String(id)}?done=created`);
    },
  }),
  ...recordFormPages({
    path: `${ACCOUNT}/edit`,
    operation: 'updateAccount',
    fields: () => [EMAIL, VERIFIED, ...CLAIMS],
    record: async (visit) => {
      const { body, version } = await visit.call<AccountWire>('getAccount');
      return { body: { ...body, ...flattened(body) }, version };
    },
    toBody: inProfile,
    pointerOf: ofClaim,
    words: (visit, record) => ({
      ...aroundAccount(visit, record, 'Edit'),
      heading: `Edit ${nameIn(record)}`,
      lead: 'What applications are told about the person, as far as the person allows it.',
      button: 'Save',
      notes: ['Another e-mail address is not verified until you say so; the former address gets a mail.'],
    }),
    done: (visit) => {
      visit.redirect(`${accountPath(visit)}?done=saved`);
    },
  }),
  ...recordFormPages({
    path: `${ACCOUNT}/password`,
    operation: 'setAccountPassword',
    isNew: true,
    fields: () => [{ ...PASSWORD, isRequired: true }],
    // Without the version: what two operators typed is compared on a page, where no password belongs.
    record: async (visit) => ({ ...(await visit.call<AccountWire>('getAccount')), version: undefined }),
    words: (visit, record) => ({
      ...aroundAccount(visit, record, 'Password'),
      heading: `Set a password for ${nameIn(record)}`,
      lead: 'The person is signed out everywhere at once, and gets a mail about it.',
      button: 'Set password',
      notes: ['With a link by mail the person chooses a password that you do not know.'],
    }),
    done: (visit) => {
      visit.redirect(`${accountPath(visit)}?done=password`);
    },
  }),
];

function aroundAccount(visit: Visit, record: object, page: string) {
  return {
    section: 'accounts',
    crumbs: accountCrumbs(visit, nameIn(record), page),
    cancelHref: accountPath(visit),
  };
}

/** The name of the person, from the account or from the fields of its form. */
function nameIn(record: object): string {
  const { email, name, profile } = record as {
    email: string;
    name?: string;
    profile: AccountWire['profile'] | null;
  };
  return name ?? profile?.name ?? email;
}

/** The claims by the names of their fields. `profile` is the claim of that name, and null without it. */
function flattened({ profile }: AccountWire): Members {
  const { address = {}, ...claims } = profile as Members & { address?: Members };
  const ofAddress = Object.entries(address).map(([name, value]): [string, unknown] => [
    `address.${name}`,
    value,
  ]);
  return { profile: null, ...claims, ...Object.fromEntries(ofAddress) };
}

/** The fields of the form as the wire has them: claims are members of the profile. */
function inProfile({ email, email_verified, password, ...claims }: Members): Members {
  const profile: Members = {};
  const address: Members = {};
  for (const [name, value] of Object.entries(claims))
    if (name.startsWith('address.')) address[name.slice('address.'.length)] = value;
    else profile[name] = value;
  if (Object.keys(address).length > 0) profile['address'] = address;
  return {
    ...(email === undefined ? {} : { email }),
    ...(email_verified === undefined ? {} : { email_verified }),
    ...(password === undefined ? {} : { password }),
    ...(Object.keys(profile).length === 0 ? {} : { profile }),
  };
}

/** The field of a claim that a mistake is about. */
function ofClaim(pointer: string): string {
  return pointer.replace(/^\/profile\/address\//, '/address.').replace(/^\/profile\//, '/');
}
