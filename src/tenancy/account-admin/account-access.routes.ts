import type { KnownSession } from '../../identity/sessions/sessions.service.js';
import { toSnake } from '../../platform/wire/snake-case.js';
import type { AccessService } from '../access/access.service.js';
import { isClientId } from '../access/subjects.js';
import type { Operation, RecordKey } from '../operations/operation.js';
import { routeGroup } from '../operations/route-group.js';
import { factorsResponse, grantList, roleList, sessionList } from './account-access.schema.js';
import type { AccountAccessService, AccountFactors } from './account-access.service.js';
import { ACCOUNT_KEY, ACCOUNT_PATH, ACCOUNTS_TAG } from './account-operations.js';

/** What the routes of sessions, grants and factors need. */
export interface AccountAccessRoutesDependencies {
  access: AccessService;
  accountAccess: AccountAccessService;
}

const SESSION_KEY: RecordKey = {
  parameter: 'session',
  description: 'The id of the session.',
  noun: 'session',
  parse: (text) => (/^[\w-]{1,64}$/.test(text) ? text : undefined),
};
const CLIENT_KEY: RecordKey = {
  parameter: 'client',
  description: 'The client_id of the application.',
  noun: 'grant',
  parse: (text) => (isClientId(text) ? text : undefined),
};

const reading = {
  tag: ACCOUNTS_TAG,
  authorization: { permission: 'accounts.read', at: 'installation' },
  method: 'get',
  record: ACCOUNT_KEY,
  status: 200,
} as const;
const ending = {
  tag: ACCOUNTS_TAG,
  authorization: { permission: 'accounts.write', at: 'installation' },
  method: 'delete',
  status: 204,
} as const;

const OPERATIONS = {
  listSessions: {
    ...reading,
    id: 'listAccountSessions',
    path: `${ACCOUNT_PATH}/sessions`,
    summary: 'List where the person is signed in, last used first.',
    response: sessionList,
  },
  endSession: {
    ...ending,
    id: 'endAccountSession',
    path: `${ACCOUNT_PATH}/sessions/:session`,
    parent: ACCOUNT_KEY,
    record: SESSION_KEY,
    summary: 'End a session, with back-channel logout of its applications.',
  },
  endSessions: {
    ...ending,
    id: 'endAccountSessions',
    method: 'post',
    path: `${ACCOUNT_PATH}/end_sessions`,
    record: ACCOUNT_KEY,
    summary: 'End every session, with back-channel logout of the applications.',
  },
  listGrants: {
    ...reading,
    id: 'listAccountGrants',
    path: `${ACCOUNT_PATH}/grants`,
    summary: 'List what the person allowed applications, last used first.',
    response: grantList,
  },
  revokeGrants: {
    ...ending,
    id: 'revokeAccountGrants',
    path: `${ACCOUNT_PATH}/grants/:client`,
    parent: ACCOUNT_KEY,
    record: CLIENT_KEY,
    summary: 'Take back all that the person allowed an application: its tokens are invalid at once.',
  },
  getFactors: {
    ...reading,
    id: 'getAccountFactors',
    path: `${ACCOUNT_PATH}/factors`,
    summary: 'Read the second factors.',
    response: factorsResponse,
  },
  listRoles: {
    ...reading,
    id: 'listAccountRoles',
    path: `${ACCOUNT_PATH}/roles`,
    summary: 'List where the person has a role.',
    response: roleList,
  },
  endAccess: {
    ...ending,
    id: 'endAccountAccess',
    method: 'post',
    path: `${ACCOUNT_PATH}/end_access`,
    record: ACCOUNT_KEY,
    summary: 'End every session, and take back all that the person allowed applications.',
  },
  sendRecovery: {
    ...ending,
    id: 'sendAccountRecovery',
    method: 'post',
    path: `${ACCOUNT_PATH}/send_recovery`,
    record: ACCOUNT_KEY,
    summary: 'Send the person a mail with a link to set a new password, which works for 30 minutes.',
    conflict: 'No mail can be sent from here, or the account is not active.',
  },
  resetFactors: {
    ...ending,
    id: 'resetAccountFactors',
    freshSignIn: true,
    method: 'post',
    path: `${ACCOUNT_PATH}/reset_factors`,
    record: ACCOUNT_KEY,
    summary: 'Remove every second factor, and end every session and grant of the account.',
  },
} satisfies Record<string, Operation>;

/** Where people are signed in, what they allowed, and how they prove who they are; for owners of the installation. */
export const accountAccessRoutes = routeGroup(
  OPERATIONS,
  ({ access, accountAccess }: AccountAccessRoutesDependencies) => ({
    listSessions: async ({ key }) => ({
      body: { data: (await accountAccess.sessions(key)).map(sessionToWire) },
    }),
    endSession: async ({ actor, parentKey, key }) => {
      await accountAccess.endSession(actor, parentKey, key);
      return {};
    },
    endSessions: async ({ actor, key }) => {
      await accountAccess.endSessions(actor, key);
      return {};
    },
    endAccess: async ({ actor, key }) => {
      await accountAccess.endAccess(actor, key);
      return {};
    },
    // The names of resources are audiences, which stay as they are.
    listGrants: async ({ key }) => ({
      body: {
        data: (await accountAccess.grants(key)).map(({ resources, ...grant }) => ({
          ...toSnake(grant),
          resources,
        })),
      },
    }),
    revokeGrants: async ({ actor, parentKey, key }) => {
      await accountAccess.revokeGrants(actor, parentKey, key);
      return {};
    },
    getFactors: async ({ key }) => ({ body: factorsToWire(await accountAccess.factors(key)) }),
    listRoles: async ({ key }) => ({
      body: { data: (await accountAccess.roles(key)).map((role) => toSnake(role)) },
    }),
    sendRecovery: async ({ actor, caller, key }) => {
      await access.authorizeAccountChange(caller, key);
      await accountAccess.sendRecovery(actor, key);
      return {};
    },
    resetFactors: async ({ actor, caller, key }) => {
      await access.authorizeAccountChange(caller, key);
      await accountAccess.resetFactors(actor, key);
      return {};
    },
  }),
);

function sessionToWire({ uid, signIn, ...session }: KnownSession) {
  const { address = null, userAgent = null } = signIn ?? {};
  return { id: uid, ...toSnake(session), address, user_agent: userAgent };
}

function factorsToWire({ passkeys, authenticator, recoveryCodes: { total, left } }: AccountFactors) {
  return {
    passkeys: passkeys.map(({ accountId: _, ...passkey }) => toSnake(passkey)),
    authenticator: authenticator ? toSnake(authenticator) : null,
    recovery_codes: { total, left },
  };
}
