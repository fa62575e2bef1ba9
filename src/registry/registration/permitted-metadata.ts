import { type ClientSettings, RESPONSE_TYPES } from '../client-record/client-record.js';
import { AUTOMATIC_SCOPES } from '../client-record/client-defaults.js';
import type { Metadata } from './client-metadata.js';
import type { RegistrationPolicy } from './registration-policy.js';

/** What the client has already, which may stay whatever the policy says. */
type Present = Pick<ClientSettings, 'authorizationDetailsTypes' | 'grantTypes' | 'scopes'>;

/**
 * The metadata without the grant types, response types, scopes and types of authorization details that the policy does
 * not allow: the response tells what is registered instead (RFC 7591 section 3.2.1). When no grant type would be left
 * that a client can begin with, the list stays as it is, to be refused.
 */
export function permittedMetadata(
  metadata: Metadata,
  policy: RegistrationPolicy,
  before?: Present,
): Metadata {
  const permitted = { ...metadata };
  const grants = permittedGrants(metadata, [...policy.grantTypes, ...(before?.grantTypes ?? [])]);
  if (grants) permitted['grant_types'] = grants;
  const { authorization_details_types: types, response_types: responses, scope } = metadata;
  if (isTexts(types)) {
    const allowed = [...(policy.detailsTypes ?? []), ...(before?.authorizationDetailsTypes ?? [])];
    permitted['authorization_details_types'] = types.filter((type) => allowed.includes(type));
  }
  if (isTexts(responses)) {
    const having = grants ?? ['authorization_code'];
    const kept = [...new Set(responses.map(inRegisteredOrder))].filter((type) =>
      grantsOf(type).every((grant) => having.includes(grant)),
    );
    if (kept.length > 0) permitted['response_types'] = kept;
    else delete permitted['response_types'];
  }
  if (typeof scope === 'string') {
    const allowed = new Set([...policy.scopes, ...AUTOMATIC_SCOPES, ...(before?.scopes ?? [])]);
    permitted['scope'] = scope
      .split(' ')
      .filter((name) => allowed.has(name))
      .join(' ');
  }
  return permitted;
}

/** Undefined when there is no list, or when nothing of it would be left that a client can begin with. */
function permittedGrants(
  { grant_types: wanted, token_endpoint_auth_method: method }: Metadata,
  allowed: readonly string[],
): string[] | undefined {
  if (!isTexts(wanted)) return undefined;
  // RFC 6749 section 4.4: the client credentials grant is for confidential clients.
  const kept = wanted.filter(
    (grant) => allowed.includes(grant) && !(method === 'none' && grant === 'client_credentials'),
  );
  return kept.some((grant) => grant !== 'refresh_token') ? kept : undefined;
}

/** The grants that a response type belongs to (RFC 7591 section 2.1). */
function grantsOf(responseType: string): string[] {
  return responseType.split(' ').map((word) => (word === 'code' ? 'authorization_code' : 'implicit'));
}

/** The response type as it is registered: the order of its words means nothing (RFC 6749 section 3.1.1). */
function inRegisteredOrder(responseType: string): string {
  const sorted = (type: string) => type.split(' ').sort().join(' ');
  return RESPONSE_TYPES.find((known) => sorted(known) === sorted(responseType)) ?? responseType;
}

function isTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((entry) => typeof entry === 'string');
}
