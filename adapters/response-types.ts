import type { ResponseType } from 'oidc-provider';

/**
 * What the engine can answer with at the authorization endpoint (OpenID Connect Core section 3). `token` alone is not
 * there: an access token that comes through the browser without an ID token beside it can be swapped unnoticed.
 */
const COMBINATIONS: readonly (readonly string[])[] = [
  ['code'],
  ['id_token'],
  ['code', 'id_token'],
  ['code', 'token'],
  ['id_token', 'token'],
  ['code', 'id_token', 'token'],
];

/** The response types of a client that registered these words, as the engine spells them. */
export function engineResponseTypes(words: readonly string[]): ResponseType[] {
  return COMBINATIONS.filter((types) => types.every((type) => words.includes(type))).map((types) =>
    types.join(' '),
  ) as ResponseType[];
}
