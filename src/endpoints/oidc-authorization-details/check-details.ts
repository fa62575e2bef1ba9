import { type Client, errors, type KoaContextWithOIDC } from 'oidc-provider';
import { stateOf } from '../../../adapters/request-state.js';
import type { AuthorizationDetail } from '../../registry/authorization-details/detail-check.js';
import { DetailsError, readDetails, storedDetails } from './details-parameter.js';
import type { DetailsTypes } from './details-types.js';

const MAX_SHOWN = 300;

/**
 * Checks the details that a request asks for, and keeps them with the request. Throws InvalidAuthorizationDetails, which
 * names the entry, its type, and the pointer of what is wrong in it (RFC 9396 section 5).
 */
export function checkDetails(ctx: KoaContextWithOIDC, types: DetailsTypes): void {
  const { client, params } = ctx.oidc;
  const parameter = params?.['authorization_details'];
  if (!client || parameter === undefined) return;
  try {
    const details = readDetails(parameter);
    for (const [index, detail] of details.entries()) checkDetail(detail, index, client, types);
    stateOf(ctx).authorizationDetails = details;
  } catch (error) {
    if (error instanceof DetailsError) throw invalidDetails(error.message);
    throw error;
  }
}

/** The details that a request asks for: those that were checked now, or when it was stored. */
export function requestedDetails(ctx: KoaContextWithOIDC): readonly AuthorizationDetail[] {
  return stateOf(ctx).authorizationDetails ?? storedDetails(ctx.oidc.params?.['authorization_details']);
}

/** Whether the client has the type. */
export function hasType({ authorizationDetailsTypes = [] }: Client, type: string): boolean {
  return authorizationDetailsTypes.includes(type);
}

/** The error, in characters that a response can have (RFC 6749 section 5.2). */
export function invalidDetails(message: string): Error {
  const shown = message
    .replaceAll('"', "'")
    .replaceAll('\\', '/')
    .replace(/[^\x20-\x7e]/g, '?');
  return new errors.InvalidAuthorizationDetails(
    shown.length > MAX_SHOWN ? `${shown.slice(0, MAX_SHOWN)}...` : shown,
  );
}

function checkDetail(detail: AuthorizationDetail, index: number, client: Client, types: DetailsTypes): void {
  const at = `authorization_details[${String(index)}] of the type '${detail.type.slice(0, 128)}'`;
  const type = types.get(detail.type);
  if (!type) throw new DetailsError(`${at}: there is no such type here`);
  if (!hasType(client, detail.type))
    throw new DetailsError(`${at}: the client does not have this type in authorization_details_types`);
  const mistake = type.check(detail);
  if (mistake) throw new DetailsError(`${at}, at ${mistake.pointer || 'the whole'}: ${mistake.detail}`);
}
