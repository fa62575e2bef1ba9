import {
  ACR_VALUES,
  type Acr,
  satisfies,
  stronger,
} from '../../identity/second-factors/authentication-level.js';
import type { RequestedAcr } from './requested-acr.js';

/** What decides how strongly a person has to be authenticated. */
export interface Situation {
  /** The level of the session. */
  have: Acr;
  /** The highest level that the account can reach with what it has set up. */
  reach: Acr;
  /** The highest level that any account can reach here. */
  highest: Acr;
  /** Whether two factors are needed, whatever the request says. */
  isRequired: boolean;
  requested: RequestedAcr | undefined;
}

/**
 * The level that the session has to reach for this request, which may be the one that it has; undefined when the request
 * insists on one that cannot be reached here. More than `reach` means that the person has to set something up.
 */
export function neededLevel({ have, reach, highest, isRequired, requested }: Situation): Acr | undefined {
  const least: Acr = isRequired ? 'urn:postern:2fa' : 'urn:postern:pwd';
  if (!requested || requested.values.some((value) => requested.essential && satisfies(have, value)))
    return least;
  const { values, essential } = requested;
  const reachable = values.find((value) => satisfies(reach, value));
  if (reachable !== undefined) return stronger(least, reachable);
  if (!essential) return least;
  const possible = ACR_VALUES.find((value) => values.includes(value) && satisfies(highest, value));
  return possible && stronger(least, possible);
}

/**
 * The `acr` of the ID token: the level of the session, or, where the request insists on certain values, the highest of
 * these that the session satisfies, because one of them must be named (OpenID Connect Core section 5.5.1.1).
 */
export function reportedAcr(have: Acr, requested: RequestedAcr | undefined): Acr {
  if (!requested?.essential) return have;
  const satisfied = ACR_VALUES.filter((value) => requested.values.includes(value) && satisfies(have, value));
  return satisfied.at(-1) ?? have;
}
