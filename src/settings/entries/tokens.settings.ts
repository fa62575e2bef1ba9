import { settingGroup } from '../setting.js';
import { oneOf, seconds, wholeNumber, yesOrNo } from './checks.js';

export const tokenSettings = settingGroup('Tokens and sessions', {
  ACCESS_TOKEN_TTL: {
    default: '3600',
    check: seconds,
    description: 'Lifetime of an access token that acts for a person.',
  },
  AUTHORIZATION_CODE_TTL: {
    default: '60',
    check: seconds,
    description: 'Lifetime of an authorization code.',
  },
  CLIENT_CREDENTIALS_TTL: {
    default: '600',
    check: seconds,
    description:
      'Lifetime of an access token that a client obtained for itself, and of one for the admin API.',
  },
  DEVICE_CODE_TTL: {
    default: '600',
    check: seconds,
    description: 'How long a person has to type the code of a device.',
  },
  GRANT_TTL: {
    default: '31536000',
    check: seconds,
    description: 'How long a consent is remembered. No refresh token outlives it.',
  },
  ID_TOKEN_TTL: {
    default: '3600',
    check: seconds,
    description: 'Lifetime of an ID token.',
  },
  INTERACTION_TTL: {
    default: '3600',
    check: seconds,
    description: 'How long a person has to sign in and consent.',
  },
  REFRESH_TOKEN_TTL: {
    default: '1209600',
    check: seconds,
    description: 'Lifetime of a refresh token; each use issues a new one.',
  },
  SESSION_TTL: {
    default: '1209600',
    check: seconds,
    description: 'How long a person stays signed in at the longest, however active.',
  },
  SESSION_IDLE_TTL: {
    default: '1209600',
    check: seconds,
    description:
      'How long a person stays signed in without using it. Each use begins it again, up to SESSION_TTL after the sign-in; of several uses within a minute the first counts.',
  },
  REFRESH_GRACE: {
    default: '10',
    check: wholeNumber(0, 300),
    description:
      'How long a used refresh token still yields the same successor, as long as that is unused (0 to 300).',
  },
  PKCE: {
    default: 'public',
    check: oneOf('public', 'nonce', 'always'),
    description:
      'Which confidential clients need PKCE (RFC 7636) whose `pkce_required` is null; public clients always do. `public`: none; `nonce`: those that send no `nonce` in an OpenID request (OAuth 2.1 section 7.5.1); `always`: all.',
  },
  ALLOW_PLAIN_PKCE: {
    default: 'false',
    check: yesOrNo,
    description:
      'Allows clients to be registered for the PKCE method `plain` (RFC 7636), for testing: it does not protect against an attacker who can read the authorization request.',
  },
  ALLOW_IMPLICIT: {
    default: 'false',
    check: yesOrNo,
    description:
      'Allows clients to be registered for tokens through the browser (the implicit grant), which RFC 9700 section 2.1.2 advises against.',
  },
});
