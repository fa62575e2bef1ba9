import * as z from 'zod';
import { REGISTRABLE_GRANT_TYPES } from '../protocol/grant-types.js';
import { settingGroup } from '../setting.js';
import { listOf, oneOf, wholeNumber } from '../entries/checks.js';

const projectPath = z
  .string()
  .regex(/^[^/\s]+\/[^/\s]+$/, 'must be an organization and a project, such as default/default')
  .transform((path) => path.split('/') as [org: string, project: string]);

const grantTypes = listOf(
  (item) => REGISTRABLE_GRANT_TYPES.some((name) => name === item),
  `must be grant types among ${REGISTRABLE_GRANT_TYPES.join(', ')}`,
);

/** The characters of a scope (RFC 6749 section 3.3). */
const isToken = (item: string) => /^[\x21\x23-\x5b\x5d-\x7e]+$/.test(item);
const tokens = listOf(isToken, 'must be names between blanks or commas, without quotes and backslashes');

const redirectHosts = listOf(
  (item) =>
    (/^[a-z\d.:[\]-]+$/.test(item) && URL.parse(`https://${item}`)?.hostname === item) ||
    /^[a-z][a-z\d+.-]*:$/.test(item),
  'must be host names in lower case without scheme, port and path, or schemes of apps such as app.example:',
);

const hosts = listOf(
  (item) => URL.parse(`https://${item}/`)?.host === item && !item.includes('@'),
  'must be host names in lower case, with a port that is not 443, without scheme and path',
);

export const registrationSettings = settingGroup('Dynamic client registration', {
  REGISTRATION: {
    default: 'off',
    check: oneOf('off', 'open', 'token'),
    description: '`off`, `open` to everyone, or only with an initial access `token`.',
  },
  REGISTRATION_PROJECT: {
    default: 'default/default',
    check: projectPath,
    description: 'Where clients go that register without a token, as organization/project.',
  },
  REGISTRATION_GRANT_TYPES: {
    default: 'authorization_code refresh_token',
    check: grantTypes,
    description: 'The grant types that clients can register themselves for; blanks or commas between them.',
  },
  REGISTRATION_REDIRECT_HOSTS: {
    default: '',
    check: redirectHosts,
    description:
      'The hosts of redirect URIs that they can register, and schemes of apps as `app.example:`. Unset: any.',
  },
  REGISTRATION_SCOPES: {
    default: 'openid offline_access profile email',
    check: tokens,
    description:
      'The scopes that they can register for, and get when they name none. Those of the admin API are never among them.',
  },
  REGISTRATION_ATTEMPTS: {
    default: '20',
    check: wholeNumber(1, 100_000),
    description: 'Registrations from one address in an hour.',
  },
  CLIENT_ID_DOCUMENTS: {
    default: 'off',
    check: oneOf('off', 'on'),
    description:
      'Whether the https URL of a document about a client is its client_id (draft-ietf-oauth-client-id-metadata-document), as MCP clients prefer it. They belong to REGISTRATION_PROJECT and get what REGISTRATION_GRANT_TYPES, _REDIRECT_HOSTS and _SCOPES allow.',
  },
  CLIENT_ID_DOCUMENT_HOSTS: {
    default: '',
    check: hosts,
    description: 'The hosts that such documents are fetched from; blanks or commas between them. Unset: any.',
  },
  DYNAMIC_CLIENT_RETENTION_DAYS: {
    default: '30',
    check: wholeNumber(0, 3_650),
    description:
      'Days after which a client that registered itself, or has a document, is deleted when it was not used and has no valid tokens; 0 keeps them.',
  },
});
