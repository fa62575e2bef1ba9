import type * as z from 'zod';
import { AppError } from '../../platform/errors/errors.js';
import { isUuid } from '../../platform/wire/uuid.js';
import type { accountPage } from '../../tenancy/account-admin/account.schema.js';
import { listPage } from '../console-records/list-page.js';
import { dateOf, type Filter, type ListState } from '../console-records/list-parts.js';
import type { ConsolePage } from '../console/console-page.js';
import type { Visit } from '../console/visit.js';
import { ACCOUNTS, type AccountWire, nameOf, statusBadges } from './account-wire.js';

const FILTERS: readonly Filter[] = [
  { name: 'starts_with', label: 'Beginning of the name or e-mail address, or account id' },
  {
    name: 'status',
    label: 'Status',
    options: [
      { value: '', text: 'Any' },
      { value: 'active', text: 'active' },
      { value: 'disabled', text: 'disabled' },
      { value: 'deleting', text: 'deleting' },
    ],
  },
];

/** The list of people. */
export const accountListPages: readonly ConsolePage[] = [
  listPage({ path: ACCOUNTS, operation: 'listAccounts', filters: FILTERS, show: showList }),
];

async function showList(visit: Visit, body: z.infer<typeof accountPage>, state: ListState): Promise<void> {
  const text = state.given.get('starts_with') ?? '';
  if (isUuid(text) && (await exists(visit, text))) return visit.redirect(`${ACCOUNTS}/${text.toLowerCase()}`);
  const mayCreate = visit.canCall('createAccount');
  visit.show(
    'console/list',
    { section: 'accounts', crumbs: [{ label: 'Accounts', href: ACCOUNTS }] },
    {
      ...state,
      heading: 'Accounts',
      lead: 'The people who can sign in.',
      actions: mayCreate ? [{ label: 'New account', href: `${ACCOUNTS}/new` }] : [],
      nextHref: state.nextHref(body.next_cursor),
      table: {
        caption: 'Accounts, newest first',
        columns: [
          { label: 'Person' },
          { label: 'Status' },
          { label: 'Last sign-in' },
          { label: 'Created', isExtra: true },
        ],
        rows: body.data.map(rowOf),
      },
      empty: {
        symbol: 'people',
        heading: 'No account yet',
        text: 'Make the first one, or let people sign up.',
      },
      curl: visit.curl('listAccounts', { query: state.query }),
    },
  );
}

function rowOf(account: AccountWire) {
  const { created_at, email, email_verified, id, last_sign_in_at, profile } = account;
  const badges = statusBadges(account);
  const verified = email_verified ? '' : ', not verified';
  return [
    {
      text: nameOf(account),
      href: `${ACCOUNTS}/${id}`,
      detail: profile.name === undefined ? `E-mail address${verified || ', verified'}` : email + verified,
    },
    badges.length > 0 ? { badges } : { text: 'Active' },
    last_sign_in_at === null ? { text: 'Never' } : { at: dateOf(last_sign_in_at) },
    { at: dateOf(created_at), as: 'day' as const },
  ];
}

async function exists(visit: Visit, account: string): Promise<boolean> {
  try {
    await visit.call('getAccount', { params: { account } });
    return true;
  } catch (error) {
    if (error instanceof AppError && error.kind === 'not_found') return false;
    throw error;
  }
}
