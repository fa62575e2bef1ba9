import { recordId } from '../operations/operation.js';
import { ADMIN_API } from '../operations/paths.js';

/** The path of all accounts. */
export const ACCOUNTS_PATH = `${ADMIN_API}/accounts`;
/** The path of one account. */
export const ACCOUNT_PATH = `${ACCOUNTS_PATH}/:account`;
/** The account that a path names. */
export const ACCOUNT_KEY = recordId('account', {
  parameter: 'account',
  description: 'The id of the account.',
});
/** The chapter of the reference. */
export const ACCOUNTS_TAG = { name: 'accounts', description: 'The people who can sign in.' } as const;
