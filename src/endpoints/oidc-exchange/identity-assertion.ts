import { randomUUID } from 'node:crypto';
import { errors } from 'oidc-provider';
import { signerFor, signJwt } from '../../platform/keys/signer.js';
import { type ExchangeRule, isForOtherServer } from '../../registry/client-exchange/exchange-rule.js';
import type { LiveClient } from '../../registry/live-clients/live-client.js';
import { ID_JAG_TYP } from '../oidc-protocol/assertion-types.js';
import type { ExchangeParts } from './exchange-parts.js';
import { NOT_VALID, type PresentedToken, tokenRefused } from './presented-token.js';

/** Seconds that an assertion is good. */
const LIFETIME = 300;
const MAX_RESOURCE = 2_048;

type ServerRule = ExchangeRule & { client_id: string };

/** The rule of the client for another authorization server. Throws InvalidTarget. */
export function ruleForServer({ record }: LiveClient, audience: string | undefined): ServerRule {
  const rule = record.tokenExchange.filter(isForOtherServer).find((one) => one.audience === audience);
  if (!rule)
    throw new errors.InvalidTarget(
      'token_exchange of this client names no other authorization server of this audience',
    );
  return rule;
}

/** What an assertion says. */
interface Assertion {
  rule: ServerRule;
  subject: PresentedToken;
  resource: string | undefined;
  scopes: readonly string[];
}

/**
 * An assertion about a person who has signed in to the client, for the other server alone and for five minutes at most,
 * signed as ID tokens of the client are. Throws InvalidTarget for a resource that is no URI.
 */
export async function identityAssertion(
  { issuer, keys, subjects }: ExchangeParts,
  { record }: LiveClient,
  { rule, subject, resource, scopes }: Assertion,
): Promise<{ jwt: string; expiresIn: number }> {
  if (resource !== undefined && (resource.length > MAX_RESOURCE || !URL.canParse(resource)))
    throw new errors.InvalidTarget('resource must be an absolute URI');
  const now = Math.floor(Date.now() / 1000);
  const expiresIn = Math.min(LIFETIME, subject.expiresAt - now);
  if (expiresIn < 1) throw tokenRefused('subject_token', NOT_VALID);
  const alg = record.idTokenSignedResponseAlg;
  const signer = signerFor((await keys.load()).signing, alg);
  const { auth_time, acr, amr } = subject.claims;
  const jwt = await signJwt(signer, ID_JAG_TYP, {
    client_id: rule.client_id,
    scope: scopes.join(' '),
    resource,
    auth_time,
    acr,
    amr,
    iss: issuer,
    aud: rule.audience,
    sub: await subjects.subjectOf(record, subject.subject),
    jti: randomUUID(),
    iat: now,
    exp: now + expiresIn,
  });
  return { jwt, expiresIn };
}
