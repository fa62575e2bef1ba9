import { errors } from 'oidc-provider';
import type { ApiRecord } from '../../registry/apis/api-record.js';
import {
  audiencesOfRules,
  type ExchangeRule,
  isForOtherServer,
} from '../../registry/client-exchange/exchange-rule.js';
import type { LiveClient } from '../../registry/live-clients/live-client.js';
import type { ExchangeParts } from './exchange-parts.js';
import { type PresentedToken, tokenRefused } from './presented-token.js';
import { wordsOf } from '../../platform/text/space-delimited.js';

/** What a request is told that says not which API it is for, of several. */
export const SEND_AUDIENCE = 'send audience: the API that the token is to be for';

/**
 * The API that the exchange is for: `audience` or `resource`, or, without either, the one that the client's rules name.
 * Throws InvalidTarget for any other.
 */
export async function targetOf(
  { findApi }: ExchangeParts,
  all: readonly ExchangeRule[],
  { audience, resource }: { audience?: unknown; resource?: unknown },
): Promise<ApiRecord> {
  const given = [audience, resource].filter((value) => typeof value === 'string');
  const known = audiencesOfRules(all);
  const [first = known.length === 1 ? known[0] : undefined] = given;
  if (first === undefined) throw new errors.InvalidTarget(SEND_AUDIENCE);
  const api = await findApi(first);
  const other = given[1] === undefined ? api : await findApi(given[1]);
  if (!api || other?.audience !== api.audience || !known.includes(api.audience))
    throw new errors.InvalidTarget('token_exchange of this client does not name this audience');
  return api;
}

/**
 * The scopes that the client's rules allow for the API and this subject token. Throws InvalidRequest when no rule is
 * about it.
 */
export async function allowedScopes(
  parts: ExchangeParts,
  { record }: LiveClient,
  api: ApiRecord,
  subject: PresentedToken,
): Promise<string[]> {
  const kinds = await kindsOf(parts, record, subject);
  const rules = record.tokenExchange.filter(
    (rule) => !isForOtherServer(rule) && rule.audience === api.audience && kinds.includes(rule.subject),
  );
  if (rules.length === 0)
    throw tokenRefused('subject_token', 'token_exchange of this client does not allow tokens of this kind');
  const named = new Set(rules.flatMap(({ scopes }) => scopes));
  return api.scopes.filter((name) => named.has(name) && isWithin(subject, api, record.scopes, name));
}

/**
 * The scopes of the request, or else all that are allowed. Throws InvalidScope for another one, and when there is none,
 * unless the token has authorization details.
 */
export function chosenScopes(requested: unknown, allowed: readonly string[], hasDetails = false): string[] {
  const names = typeof requested === 'string' ? wordsOf(requested) : allowed;
  const refused = names.find((name) => !allowed.includes(name));
  if (refused !== undefined || (names.length === 0 && !hasDetails))
    throw new errors.InvalidScope(
      'it is not allowed by token_exchange of this client, or by what the subject token stands for',
      refused ?? '',
    );
  return [...names];
}

/**
 * What `subject` of a rule may say for this token. A client exchanges tokens of other clients only within its organization,
 * or when the token is for an API that its organization runs; any other token it has by mistake or by theft.
 */
async function kindsOf(
  { findApi }: ExchangeParts,
  { clientId, orgId }: LiveClient['record'],
  { audience, client, issuer }: PresentedToken,
): Promise<string[]> {
  if (!client) return issuer === undefined ? [] : [issuer];
  if (client.record.clientId === clientId) return ['own', 'any'];
  if (client.record.orgId === orgId) return ['any'];
  const api = typeof audience === 'string' ? await findApi(audience) : undefined;
  return api?.orgId === orgId ? ['any'] : [];
}

/**
 * Whether the subject token stands for the scope: it has it, if it is for this API, or else its person allowed it to the
 * client of the token. A token of another issuer stands for what the exchanging client itself may have.
 */
function isWithin(
  { audience, grant, scopes }: PresentedToken,
  api: ApiRecord,
  ofClient: readonly string[],
  name: string,
): boolean {
  if (!grant) return ofClient.includes(name);
  const isGranted = grant.getResourceScopeFiltered(api.audience, [name]) !== '';
  return isGranted && (scopes === undefined || audience !== api.audience || scopes.includes(name));
}
