import { settingGroup } from '../setting.js';
import { wholeNumber } from './checks.js';

export const rateLimitSettings = settingGroup('Rate limits', {
  SIGN_IN_ATTEMPTS_PER_ACCOUNT: {
    default: '10',
    check: wholeNumber(1, 10_000),
    description: 'Sign-ins with a wrong password for one account in 15 minutes.',
  },
  SIGN_IN_ATTEMPTS_PER_ADDRESS: {
    default: '100',
    check: wholeNumber(1, 100_000),
    description: 'Sign-ins with a wrong password from one address (of IPv6: one /64 network) in 15 minutes.',
  },
  SECOND_FACTOR_ATTEMPTS: {
    default: '5',
    check: wholeNumber(1, 10_000),
    description:
      'Wrong codes of an authenticator app and wrong recovery codes for one account in 15 minutes. From one address ten times as many are allowed.',
  },
  RECOVERY_ATTEMPTS: {
    default: '3',
    check: wholeNumber(1, 10_000),
    description:
      'Mails with a code to one e-mail address in an hour, for each purpose. To recover passwords seven times as many are allowed from one address.',
  },
  SIGN_UP_ATTEMPTS: {
    default: '10',
    check: wholeNumber(1, 100_000),
    description: 'Sign-ups that are begun from one address (of IPv6: one /64 network) in an hour.',
  },
  CLIENT_SECRET_ATTEMPTS: {
    default: '20',
    check: wholeNumber(1, 10_000),
    description: 'Wrong secrets of one client from one address in a minute.',
  },
  USER_CODE_ATTEMPTS: {
    default: '50',
    check: wholeNumber(1, 10_000),
    description: 'Codes of devices typed from one address in 15 minutes.',
  },
  CLIENT_ID_DOCUMENT_FETCHES: {
    default: '60',
    check: wholeNumber(1, 100_000),
    description:
      'Documents of clients (CLIENT_ID_DOCUMENTS) that requests from one address (of IPv6: one /64 network) have fetched in 15 minutes.',
  },
  CONSOLE_REQUESTS: {
    default: '600',
    check: wholeNumber(10, 1_000_000),
    description:
      'Requests of one account to the console in a minute, and forms of the console without a session that are kept for one address (of IPv6: one /64 network) in a minute. Each process counts for itself, so that up to WORKERS times as many pass each node.',
  },
  CONSOLE_CHANGES: {
    default: '60',
    check: wholeNumber(1, 100_000),
    description:
      'Changes of one account in the console that need a recent sign-in, in an hour. Of them a third may disable or delete accounts, set their passwords or e-mail addresses, or reset their second factors.',
  },
  ANONYMOUS_REQUESTS: {
    default: '3000',
    check: wholeNumber(1, 1_000_000),
    description:
      'Sign-ins, device codes and sign-outs that are begun from one address (of IPv6: one /64 network) in 15 minutes by browsers without a signed-in account.',
  },
});
