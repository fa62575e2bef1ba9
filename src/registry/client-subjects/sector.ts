import type { TypedClientSettings } from '../client-record/client-record.js';

/** What the subject identifiers of a client follow from. */
export type SubjectSettings = Pick<
  TypedClientSettings,
  'subjectType' | 'sectorIdentifierUri' | 'redirectUris' | 'responseTypes' | 'jwksUri'
>;

/**
 * The sector of a client with pairwise subjects: the host of `sector_identifier_uri`, or else the one that all its redirect
 * URIs have, or, without any, that of `jwks_uri` (OpenID Connect Core section 8.1, CIBA section 4). Undefined for a client
 * whose subjects are public.
 */
export function sectorOf(settings: SubjectSettings): string | undefined {
  const { subjectType, sectorIdentifierUri, redirectUris, responseTypes, jwksUri } = settings;
  if (subjectType !== 'pairwise') return undefined;
  const named = sectorIdentifierUri ?? (responseTypes.length > 0 ? redirectUris[0] : jwksUri);
  return named ? URL.parse(named)?.host : undefined;
}

/** Whether a change gives people another `sub` at the client. */
export function changesSubjects(before: SubjectSettings, after: SubjectSettings): boolean {
  return sectorOf(before) !== sectorOf(after);
}
