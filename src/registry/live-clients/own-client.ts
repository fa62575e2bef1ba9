import { withDefaults } from '../client-record/client-defaults.js';
import type { LiveClient } from './live-client.js';

/** The client_id of the built-in client, by which people sign in to our own pages. It is reserved in the registry. */
export const OWN_CLIENT_ID = 'postern';

/** The only redirect URI of the built-in client, as a path. */
export const OWN_REDIRECT_PATH = '/self/callback';

const NIL_UUID = '00000000-0000-0000-0000-000000000000';
const NEVER_CHANGED = new Date(0);

/**
 * The built-in client of this installation. It has no row in the registry, so that no interface lists or changes it, and
 * no secret, so that nobody can authenticate as it: its codes are redeemed in the process. People are not asked for
 * consent, because the pages are the installation's own and get no token.
 */
export function ownClient(issuer: string): LiveClient {
  const settings = withDefaults({
    clientName: new URL(issuer).host,
    redirectUris: [issuer + OWN_REDIRECT_PATH],
    applicationType: 'web',
    grantTypes: ['authorization_code'],
    scopes: ['openid'],
    pkceRequired: true,
    firstParty: true,
  });
  return {
    record: {
      ...settings,
      id: NIL_UUID,
      clientId: OWN_CLIENT_ID,
      orgId: NIL_UUID,
      projectId: NIL_UUID,
      createdBy: null,
      registrationType: 'manual',
      visibility: 'public',
      adminReach: 'project',
      promotedAt: null,
      version: 1,
      lastUsedAt: null,
      createdAt: NEVER_CHANGED,
      updatedAt: NEVER_CHANGED,
      deletedAt: null,
    },
    secrets: [],
    membershipOpen: true,
    secondFactorRequired: false,
    orgName: '',
    projectName: '',
    tokensValidAfter: 0,
    registrationTokenDigest: null,
  };
}
