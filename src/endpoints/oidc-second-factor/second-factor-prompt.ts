import { errors, interactionPolicy as policies, type KoaContextWithOIDC } from 'oidc-provider';
import { type Acr, acrOf, satisfies } from '../../identity/second-factors/authentication-level.js';
import type { Enrolled } from '../../identity/second-factors/second-factors.service.js';
import { neededLevel } from './needed-level.js';
import { requestedAcr } from './requested-acr.js';
import { trustCookie } from './trust-cookie.js';
import { FRESH_SECONDS } from '../../identity/sessions/fresh-sign-in.js';

/** The engine's prompt for a second factor, or for setting one up. */
export const SECOND_FACTOR_PROMPT = 'second_factor';

/** OpenID Connect Core Error Code unmet_authentication_requirements 1.0. */
const UNMET = 'unmet_authentication_requirements';

/** What the prompt asks the services. */
export interface SecondFactorRules {
  issuer: string;
  /** Whether passkeys are possible here. */
  passkeys: boolean;
  /** What the account has set up, and whether it must have a second factor, at the latest for this client. */
  policyFor(accountId: string, clientId: string): Promise<{ enrolled: Enrolled; isRequired: boolean }>;
  isTrusted(accountId: string, token: string): Promise<boolean>;
}

/** What a person still has to show for a request. */
interface Demand {
  wanted: Acr;
  /** Whether the account has no factor that meets it. */
  enrol: boolean;
  /** Whether it would not be asked for in a trusted browser. */
  trustable: boolean;
}

/** What the pages of the prompt know of it. The engine stores it with the interaction. */
export type SecondFactorDetails = {
  wanted: Acr;
  trustable: boolean;
  /** When the person signed in, in seconds since the epoch. */
  signed_in_at: number | undefined;
  /** Whether that was part of this interaction. */
  signing_in: boolean;
};

const { Check, Prompt } = policies;

/**
 * The prompt, and a check for that of the sign-in: it makes a person sign in again before they set something up, and
 * refuses a request that insists on a level which cannot be reached.
 */
export function secondFactorPrompt(rules: SecondFactorRules) {
  const demands = new WeakMap<object, Promise<Demand | undefined>>();
  const demandOf = (ctx: KoaContextWithOIDC) => {
    const known = demands.get(ctx) ?? findDemand(rules, ctx);
    demands.set(ctx, known);
    return known;
  };

  const needed = new Check(
    'second_factor',
    'a second factor is needed',
    'interaction_required',
    async (ctx) => (await demandOf(ctx)) !== undefined,
    async (ctx) => {
      const demand = await demandOf(ctx);
      const { result, session } = ctx.oidc;
      const details: Partial<SecondFactorDetails> = {
        ...(demand && { wanted: demand.wanted, trustable: demand.trustable }),
        signed_in_at: session?.loginTs,
        signing_in: result?.login !== undefined,
      };
      return details;
    },
  );

  const enrolmentIsFresh = new Check(
    'second_factor_enrolment',
    'a second factor can be set up only after a sign-in',
    'interaction_required',
    async (ctx) => {
      const { result, session } = ctx.oidc;
      const demand = await demandOf(ctx);
      return demand?.enrol === true && !result?.login && session?.past(FRESH_SECONDS) === true;
    },
  );

  return { prompt: new Prompt({ name: SECOND_FACTOR_PROMPT }, needed), enrolmentIsFresh };
}

async function findDemand(rules: SecondFactorRules, ctx: KoaContextWithOIDC): Promise<Demand | undefined> {
  const { client, params, session } = ctx.oidc;
  const requested = requestedAcr(params);
  const highest: Acr = rules.passkeys ? 'phr' : 'urn:postern:2fa';
  if (requested?.essential && !requested.values.some((value) => satisfies(highest, value)))
    throw unmet('none of the requested values of acr is supported');
  const accountId = session?.accountId;
  if (accountId === undefined || !client) return undefined;
  const have = acrOf(session?.amr);
  const done = { have, reach: highest, highest, isRequired: true, requested };
  if (isMet(have, neededLevel(done))) return undefined;

  const token = trustCookie(rules.issuer).read(ctx);
  const [{ enrolled, isRequired: policy }, isTrusted] = await Promise.all([
    rules.policyFor(accountId, client.clientId),
    token === undefined ? false : rules.isTrusted(accountId, token),
  ]);
  const reach = reachOf(enrolled, rules);
  const hasFactor = reach !== 'urn:postern:pwd';
  const isRequired = (hasFactor && !isTrusted) || (!hasFactor && policy);
  const wanted = neededLevel({ have, reach, highest, isRequired, requested });
  if (wanted === undefined) throw unmet('the requested value of acr cannot be reached');
  if (satisfies(have, wanted)) return undefined;
  const withoutPolicy = neededLevel({ have, reach, highest, isRequired: false, requested });
  const enrol = !satisfies(reach, wanted);
  return { wanted, enrol, trustable: !enrol && isMet(have, withoutPolicy) };
}

/** The highest level that an account reaches with these. */
export function reachOf({ passkey, totp }: Enrolled, { passkeys }: { passkeys: boolean }): Acr {
  if (passkey && passkeys) return 'phr';
  return totp ? 'urn:postern:2fa' : 'urn:postern:pwd';
}

function isMet(have: Acr, needed: Acr | undefined): boolean {
  return needed !== undefined && satisfies(have, needed);
}

function unmet(description: string): errors.OIDCProviderError {
  return new errors.CustomOIDCProviderError(UNMET, description);
}
