import { errors, interactionPolicy as policies } from 'oidc-provider';
import { clientOfRequest, type EngineClients } from '../../../adapters/client.adapter.js';
import { ADMIN_SCOPES } from '../../tenancy/access/permissions.js';
import type { AccessService } from '../../tenancy/access/access.service.js';
import { MEMBERSHIP_PROMPT, NOT_A_MEMBER } from './membership-prompt.js';

/** Whether a person may authorize a client at all, whatever it asks for. */
export type MayAuthorize = (clientId: string, accountId: string) => Promise<boolean>;

const { Check, Prompt, base } = policies;

/**
 * Public clients are for everybody, private ones for members of the owning organization, which may declare that
 * everybody is one. Only a private client of a closed organization costs a look at the members.
 */
export function membershipRule(
  clients: EngineClients,
  access: Pick<AccessService, 'isMember'>,
): MayAuthorize {
  return async (clientId, accountId) => {
    const found = await clientOfRequest(clients, clientId);
    if (!found) return false;
    if (found.record.visibility === 'public' || found.membershipOpen) return true;
    return access.isMember(accountId, found.record.orgId);
  };
}

/**
 * A token for the admin API acts as the person, so it is asked for each time, with where it will go: whoever may change a
 * client could otherwise send its old consents somewhere else.
 */
const administration = new Check(
  'administration',
  'administration needs consent',
  'consent_required',
  ({ oidc }) => {
    const asks = ADMIN_SCOPES.some((scope) => oidc.requestParamScopes.has(scope));
    return asks && oidc.result?.consent === undefined;
  },
);

/**
 * The scopes of a request are checked when it begins. A client that may do less since must not get them by an interaction
 * that was under way.
 */
const scopeReduced = new Check(
  'scope_reduced',
  'the client may not ask for this any more',
  'invalid_scope',
  ({ oidc }) => {
    const allowed = new Set(String(oidc.client?.['scope'] ?? '').split(' '));
    const lost = [...oidc.requestParamOIDCScopes].find((scope) => !allowed.has(scope));
    if (lost !== undefined) throw new errors.InvalidScope('requested scope is not allowed', lost);
    return Check.NO_NEED_TO_PROMPT;
  },
);

/** The engine's own questions, and between sign-in and consent the one whether this person may go on at all. */
export function interactionPolicy(mayAuthorize: MayAuthorize) {
  const policy = base();
  const notAMember = new Check('not_a_member', NOT_A_MEMBER, 'access_denied', async ({ oidc }) => {
    const accountId = oidc.session?.accountId;
    if (accountId === undefined || !oidc.client) return Check.NO_NEED_TO_PROMPT;
    return !(await mayAuthorize(oidc.client.clientId, accountId));
  });
  policy.add(new Prompt({ name: MEMBERSHIP_PROMPT }, scopeReduced, notAMember), 1);
  policy.get('consent')?.checks.add(administration);
  return policy;
}
