import { ACCOUNT_STATUSES, type Account, type AccountStatus } from '../../identity/accounts/account.js';
import { pageResponse } from '../../platform/paging/page-response.js';
import { oneOf, PAGE, pageRequestOf, text } from '../../platform/paging/query.js';
import { recordToWire } from '../../platform/wire/record-version.js';
import type { AccessService } from '../access/access.service.js';
import type { AdminRequest } from '../operations/admin-request.js';
import type { Operation } from '../operations/operation.js';
import { routeGroup } from '../operations/route-group.js';
import { accountPage, accountPatch, accountResponse, newAccount, newPassword } from './account.schema.js';
import type { AccountLifecycleService } from './account-lifecycle.service.js';
import { ACCOUNT_KEY, ACCOUNT_PATH, ACCOUNTS_PATH, ACCOUNTS_TAG } from './account-operations.js';
import type { AccountAdminService } from './account-admin.service.js';

/** What the routes of accounts need. `issuer` is the origin of the URLs in responses. */
export interface AccountRoutesDependencies {
  issuer: string;
  access: AccessService;
  accountAdmin: AccountAdminService;
  accountLifecycle: AccountLifecycleService;
}

const MAX_BYTES = 64 * 1024;
const LAST_OWNER = 'the last owner of the installation who can sign in';
const TAKEN = 'Another account has the e-mail address.';

const all = {
  tag: ACCOUNTS_TAG,
  authorization: { permission: 'accounts.write', at: 'installation' },
} as const;
const reading = { ...all, authorization: { permission: 'accounts.read', at: 'installation' } } as const;
const versioned = { versioned: true, volatile: ['last_sign_in_at'] } as const;
const one = { ...versioned, path: ACCOUNT_PATH, record: ACCOUNT_KEY } as const;
const change = {
  ...all,
  ...versioned,
  record: ACCOUNT_KEY,
  method: 'post',
  status: 200,
  response: accountResponse,
} as const;

const OPERATIONS = {
  list: {
    ...reading,
    id: 'listAccounts',
    method: 'get',
    path: ACCOUNTS_PATH,
    summary: 'List the accounts, newest first.',
    query: {
      ...PAGE,
      starts_with: text('The beginning of the e-mail address or of the name, in upper or lower case.'),
      status: oneOf(ACCOUNT_STATUSES, 'Accounts of this status.'),
    },
    status: 200,
    response: accountPage,
  },
  create: {
    ...all,
    ...versioned,
    id: 'createAccount',
    method: 'post',
    path: ACCOUNTS_PATH,
    freshSignIn: true,
    summary: 'Create an account with a password, or with the hash of one that another system made.',
    request: { schema: newAccount, maxBytes: MAX_BYTES },
    status: 201,
    response: accountResponse,
    conflict: TAKEN,
  },
  get: {
    ...reading,
    ...one,
    id: 'getAccount',
    method: 'get',
    summary: 'Read an account.',
    status: 200,
    response: accountResponse,
  },
  update: {
    ...all,
    ...one,
    id: 'updateAccount',
    freshSignIn: true,
    method: 'patch',
    summary: 'Change an account; null removes a member of the profile.',
    request: { schema: accountPatch, maxBytes: MAX_BYTES },
    status: 200,
    response: accountResponse,
    conflict: TAKEN,
  },
  setPassword: {
    ...all,
    record: one.record,
    versioned: true,
    id: 'setAccountPassword',
    freshSignIn: true,
    method: 'post',
    path: `${one.path}/set_password`,
    summary: 'Set a new password, which ends every session and grant of the account.',
    request: { schema: newPassword, maxBytes: MAX_BYTES },
    status: 204,
  },
  disable: {
    ...change,
    id: 'disableAccount',
    freshSignIn: true,
    path: `${ACCOUNT_PATH}/disable`,
    summary: 'Disable an account: the person is signed out everywhere at once, and cannot sign in.',
    conflict: `The account is being deleted, or is ${LAST_OWNER}.`,
  },
  enable: {
    ...change,
    id: 'enableAccount',
    path: `${ACCOUNT_PATH}/enable`,
    summary: 'Enable a disabled account.',
    conflict: 'The account is being deleted.',
  },
  delete: {
    ...change,
    ...one,
    id: 'deleteAccount',
    freshSignIn: true,
    method: 'delete',
    summary:
      'Delete an account in seven days, until which it can be restored; the person is signed out everywhere at once.',
    conflict: `The account is ${LAST_OWNER}.`,
  },
  restore: {
    ...change,
    id: 'restoreAccount',
    path: `${ACCOUNT_PATH}/restore`,
    summary: 'Restore an account that is being deleted.',
    conflict: 'The account is not being deleted, or its seven days are over.',
  },
} satisfies Record<string, Operation>;

/** The accounts of the installation, for its owners. */
export const accountRoutes = routeGroup(
  OPERATIONS,
  ({ issuer, access, accountAdmin, accountLifecycle }: AccountRoutesDependencies) => {
    const toWire = (account: Account) => ({
      ...recordToWire(account),
      url: `${issuer}${ACCOUNTS_PATH}/${account.id}`,
    });
    const answer = (account: Account) => ({ version: account.version, body: toWire(account) });
    const changeStatus = async (
      { actor, caller, key, ifMatch }: Pick<AdminRequest<Operation>, 'actor' | 'caller' | 'key' | 'ifMatch'>,
      step: 'disable' | 'enable' | 'delete' | 'restore',
    ) => {
      await access.authorizeAccountChange(caller, key);
      return answer(await accountLifecycle[step](actor, key, ifMatch));
    };
    return {
      list: async ({ query }) => {
        const { limit, cursor } = pageRequestOf(query);
        const { starts_with: startsWith, status } = query;
        const filter = {
          ...(startsWith === undefined ? {} : { startsWith }),
          ...(status === undefined ? {} : { status: status as AccountStatus }),
        };
        return { body: pageResponse(await accountAdmin.list(filter, limit, cursor), toWire) };
      },
      create: async ({ actor, caller, body }) => {
        const { email } = body;
        if (typeof email === 'string') await access.authorizeAddress(caller, email);
        return answer(await accountAdmin.create(actor, body));
      },
      get: async ({ key }) => answer(await accountAdmin.get(key)),
      update: async ({ actor, caller, key, body, ifMatch }) => {
        if (Object.hasOwn(body, 'email')) await access.authorizeAccountChange(caller, key);
        if (Object.hasOwn(body, 'email') || body['email_verified'] === true) {
          const { email = (await accountAdmin.get(key)).email } = body;
          if (typeof email === 'string') await access.authorizeAddress(caller, email);
        }
        return answer(await accountAdmin.update(actor, key, body, ifMatch));
      },
      setPassword: async ({ actor, caller, key, body, ifMatch }) => {
        await access.authorizeAccountChange(caller, key);
        return { version: (await accountAdmin.setPassword(actor, key, body, ifMatch)).version };
      },
      disable: (request) => changeStatus(request, 'disable'),
      enable: (request) => changeStatus(request, 'enable'),
      delete: (request) => changeStatus(request, 'delete'),
      restore: (request) => changeStatus(request, 'restore'),
    };
  },
);
