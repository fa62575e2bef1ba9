import { errors, interactionPolicy as policies } from 'oidc-provider';
import { clientOfRequest, type EngineClients } from '../../../adapters/client.adapter.js';
import { ADMIN_SCOPES } from '../../tenancy/access/permissions.js';
import type { LiveClient } from '../../registry/live-clients/live-client.js';
import type { AccessService } from '../../tenancy/access/access.service.js';
import { offlineAccess } from '../oidc-patches/offline-consent.js';
import { noteSignIn } from '../oidc-session-patches/sign-ins.js';
import { createAccount, hintedPerson, selectAccount } from '../oidc-requests/account-prompts.js';
import { detailsConsent } from '../oidc-authorization-details/details-consent.js';
import { nativeConsent, privateUseConsent } from '../oidc-requests/native-consent.js';
import type { EngineSubjects } from '../oidc-subjects/engine-subjects.js';
import { checkParameterSizes, type CountAnonymousInEngine } from '../oidc-guards/anonymous-requests.js';
import { secondFactorPrompt, type SecondFactorRules } from '../oidc-second-factor/second-factor-prompt.js';
import { MEMBERSHIP_PROMPT, NOT_A_MEMBER } from './membership-prompt.js';

/** Whether a person may authorize a client at all, whatever it asks for. */
export type MayAuthorize = (clientId: string, accountId: string) => Promise<boolean>;

const { Check, Prompt, base } = policies;

/**
 * Every account may authorize a public client; a private one only members of the owning organization, which may count every
 * account as a member. The members are read only for a private client of an organization that does not.
 */
export function membershipRule(
  clients: EngineClients,
  access: Pick<AccessService, 'isMember'>,
): MayAuthorize {
  return async (clientId, accountId) => {
    const found = await clientOfRequest(clients, clientId);
    return found !== undefined && mayAuthorizeClient(found, accountId, access);
  };
}

/** The same for a client that has been read. */
export function mayAuthorizeClient(
  client: LiveClient,
  accountId: string,
  access: Pick<AccessService, 'isMember'>,
): boolean | Promise<boolean> {
  if (client.record.visibility === 'public' || client.membershipOpen) return true;
  return access.isMember(accountId, client.record.orgId);
}

/**
 * A token for the admin API acts as the person, so consent is asked for each time, with the redirect URI shown: otherwise
 * a person who may change a client could redirect tokens of earlier consents to another address.
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
 * The engine checks the scopes of a request when it begins. A client that lost a scope since must not get it through an
 * interaction that began before.
 */
const scopeReduced = new Check(
  'scope_reduced',
  'the client lost a requested scope',
  'invalid_scope',
  ({ oidc }) => {
    const allowed = new Set(String(oidc.client?.['scope'] ?? '').split(' '));
    const lost = [...oidc.requestParamOIDCScopes].find((scope) => !allowed.has(scope));
    if (lost !== undefined) throw new errors.InvalidScope('requested scope is not allowed', lost);
    return Check.NO_NEED_TO_PROMPT;
  },
);

/** A session of an account that was disabled or deleted since is as good as none. */
const accountGone = new Check('account_gone', 'End-User authentication is required', ({ oidc }) => {
  return oidc.session?.accountId !== undefined && oidc.account === undefined;
});

/** Asks for nothing: the prompts before it require a sign-in. */
const signedIn = new Check('signed_in', 'never fails', (ctx) => {
  noteSignIn(ctx);
  return Check.NO_NEED_TO_PROMPT;
});

/** What the policy asks. */
export interface PolicyParts {
  mayAuthorize: MayAuthorize;
  countAnonymous: CountAnonymousInEngine;
  secondFactor: SecondFactorRules;
  subjects: EngineSubjects;
}

/** The engine's own prompts, with those of the second factor and of membership between sign-in and consent. */
export function interactionPolicy(
  { mayAuthorize, countAnonymous, secondFactor, subjects }: PolicyParts,
  signUp: boolean,
) {
  const policy = base();
  const login = policy.get('login');
  const { prompt, enrolmentIsFresh } = secondFactorPrompt(secondFactor);
  // The engine asks for a password again until `acr` is exactly one of the values; the second prompt knows what helps.
  login?.checks.remove('essential_acr');
  login?.checks.remove('essential_acrs');
  login?.checks.add(enrolmentIsFresh);
  const begin = new Check('begin', 'the request cannot be stored', 'invalid_request', async (ctx) => {
    const { oidc } = ctx;
    if (oidc.route !== 'authorization') return Check.NO_NEED_TO_PROMPT;
    checkParameterSizes(ctx);
    const prompts = oidc.session?.accountId === undefined && !oidc.promptPending('none');
    if (prompts) await countAnonymous(ctx);
    return Check.NO_NEED_TO_PROMPT;
  });
  login?.checks.add(begin);
  login?.checks.add(accountGone);
  const notAMember = new Check('not_a_member', NOT_A_MEMBER, 'access_denied', async ({ oidc }) => {
    const accountId = oidc.session?.accountId;
    if (accountId === undefined || !oidc.client) return Check.NO_NEED_TO_PROMPT;
    return !(await mayAuthorize(oidc.client.clientId, accountId));
  });
  policy.add(prompt, 1);
  policy.add(new Prompt({ name: MEMBERSHIP_PROMPT }, signedIn, scopeReduced, notAMember), 2);
  const hinted = hintedPerson(subjects);
  login?.checks.remove(hinted.reason);
  login?.checks.add(hinted);
  policy.add(selectAccount, 0);
  if (signUp) policy.add(createAccount, 0);
  policy.get('consent')?.checks.remove(nativeConsent.reason);
  policy.get('consent')?.checks.add(nativeConsent);
  policy.get('consent')?.checks.add(privateUseConsent);
  policy.get('consent')?.checks.add(administration);
  policy.get('consent')?.checks.remove(detailsConsent.reason);
  policy.get('consent')?.checks.add(detailsConsent);
  policy[0]?.checks.add(offlineAccess);
  return policy;
}
