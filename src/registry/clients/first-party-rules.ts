import type { ValidationError } from '../../platform/errors/errors.js';
import type { ClientDraft } from '../client-record/client-input.js';
import type { ClientRecord, ClientSettings } from '../client-record/client-record.js';

/** What decides who gets the tokens of a client, and for what. */
const GUARDED = [
  'redirectUris',
  'grantTypes',
  'responseTypes',
  'scopes',
  'tokenEndpointAuthMethod',
  'jwks',
  'jwksUri',
  'tokenExchange',
  'trustedIssuers',
  'authorizationDetailsTypes',
] as const;

/** A client that registered itself can change its redirect URIs itself, so it is never first-party. */
export function firstPartyErrors(
  { registrationType }: ClientRecord,
  { settings }: ClientDraft,
): ValidationError[] {
  if (registrationType === 'manual' || !settings.firstParty) return [];
  const detail = 'A client that registered itself asks for consent: create another one by hand.';
  return [{ pointer: '/first_party', detail }];
}

/**
 * Whether a change makes a client first-party, or changes who gets the tokens of one that stays it: people would give
 * access without being asked.
 */
export function concernsFirstParty(before: ClientSettings, after: ClientSettings): boolean {
  if (!after.firstParty) return false;
  return !before.firstParty || GUARDED.some((name) => !isSame(before[name], after[name]));
}

function isSame(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
