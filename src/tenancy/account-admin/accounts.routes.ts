import type { Account } from '../../identity/accounts/account.js';
import { pageResponse } from '../../platform/paging/page-response.js';
import { PAGE, pageRequestOf, text } from '../../platform/paging/query.js';
import { toSnake } from '../../platform/wire/snake-case.js';
import type { AccessService } from '../access/access.service.js';
import { type Operation, recordId } from '../operations/operation.js';
import { ADMIN_API } from '../operations/paths.js';
import { routeGroup } from '../operations/route-group.js';
import { accountPage, accountPatch, accountResponse, newAccount, newPassword } from './account.schema.js';
import type { AccountAdminService } from './account-admin.service.js';

/** What the routes of accounts need. `issuer` is the origin of the URLs in responses. */
export interface AccountRoutesDependencies {
  issuer: string;
  access: AccessService;
  accountAdmin: AccountAdminService;
}

const MAX_BYTES = 64 * 1024;
const ACCOUNTS = `${ADMIN_API}/accounts`;
const TAKEN = 'Another account has the e-mail address.';

const all = {
  tag: { name: 'accounts', description: 'The people who can sign in.' },
  authorization: { permission: 'accounts.write', at: 'installation' },
} as const;
const reading = { ...all, authorization: { permission: 'accounts.read', at: 'installation' } } as const;
const one = {
  path: `${ACCOUNTS}/:account`,
  record: recordId('account', { parameter: 'account', description: 'The id of the account.' }),
} as const;

const OPERATIONS = {
  list: {
    ...reading,
    id: 'listAccounts',
    method: 'get',
    path: ACCOUNTS,
    summary: 'List the accounts, newest first.',
    query: {
      ...PAGE,
      starts_with: text('The beginning of the e-mail address or of the name, in upper or lower case.'),
    },
    status: 200,
    response: accountPage,
  },
  create: {
    ...all,
    id: 'createAccount',
    method: 'post',
    path: ACCOUNTS,
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
    id: 'setAccountPassword',
    method: 'post',
    path: `${one.path}/set_password`,
    summary: 'Set a new password, which ends every session and grant of the account.',
    request: { schema: newPassword, maxBytes: MAX_BYTES },
    status: 204,
  },
} satisfies Record<string, Operation>;

/** The accounts of the installation, for its owners. */
export const accountRoutes = routeGroup(
  OPERATIONS,
  ({ issuer, access, accountAdmin }: AccountRoutesDependencies) => {
    const toWire = (account: Account) => ({
      ...toSnake(account),
      url: `${issuer}${ACCOUNTS}/${account.id}`,
    });
    return {
      list: async ({ query }) => {
        const { limit, cursor } = pageRequestOf(query);
        const { starts_with: startsWith } = query;
        const filter = startsWith === undefined ? {} : { startsWith };
        return { body: pageResponse(await accountAdmin.list(filter, limit, cursor), toWire) };
      },
      create: async ({ actor, caller, body }) => {
        const { email } = body;
        if (typeof email === 'string') await access.authorizeAddress(caller, email);
        return { body: toWire(await accountAdmin.create(actor, body)) };
      },
      get: async ({ key }) => ({ body: toWire(await accountAdmin.get(key)) }),
      update: async ({ actor, caller, key, body }) => {
        if (Object.hasOwn(body, 'email')) await access.authorizeAccountChange(caller, key);
        if (Object.hasOwn(body, 'email') || body['email_verified'] === true) {
          const { email = (await accountAdmin.get(key)).email } = body;
          if (typeof email === 'string') await access.authorizeAddress(caller, email);
        }
        return { body: toWire(await accountAdmin.update(actor, key, body)) };
      },
      setPassword: async ({ actor, caller, key, body }) => {
        await access.authorizeAccountChange(caller, key);
        await accountAdmin.setPassword(actor, key, body);
        return {};
      },
    };
  },
);
