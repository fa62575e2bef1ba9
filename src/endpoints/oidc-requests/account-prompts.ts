import { decodeJwt } from 'jose';
import { errors, interactionPolicy as policies } from 'oidc-provider';
import type { EngineSubjects } from '../oidc-subjects/engine-subjects.js';

const { Check, Prompt } = policies;

/** `prompt=select_account` (OpenID Connect Core section 3.1.2.1). */
export const SELECT_ACCOUNT = 'select_account';

export const selectAccount = new Prompt({ name: SELECT_ACCOUNT, requestable: true });

/** `prompt=create` (Initiating User Registration via OpenID Connect 1.0). */
export const CREATE_ACCOUNT = 'create';

export const createAccount = new Prompt({ name: CREATE_ACCOUNT, requestable: true });

/** The subject of an ID token that the engine has verified. */
export function subjectOfHint(hint: unknown): string | undefined {
  return typeof hint === 'string' ? decodeJwt(hint).sub : undefined;
}

/**
 * Asks for a sign-in while the person is not that of `id_token_hint`; throws LoginRequired when another person has signed
 * in (OpenID Connect Core section 3.1.2.1). It replaces the engine's check, which has no hint after a sign-in.
 */
export function hintedPerson(subjects: EngineSubjects) {
  return new Check(
    'id_token_hint',
    'id_token_hint and authenticated subject do not match',
    'login_required',
    async ({ oidc }) => {
      const subject = subjectOfHint(oidc.params?.['id_token_hint']);
      if (subject === undefined || !oidc.client) return Check.NO_NEED_TO_PROMPT;
      const hinted = await subjects.accountOf(oidc.client.clientId, subject);
      if (hinted !== undefined && oidc.session?.accountId === hinted) return Check.NO_NEED_TO_PROMPT;
      if (oidc.result?.login === undefined) return Check.REQUEST_PROMPT;
      throw new errors.LoginRequired('another person has signed in than that of id_token_hint');
    },
  );
}
