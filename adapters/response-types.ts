import type { ResponseType } from 'oidc-provider';

/**
 * The response types that the engine supports (OpenID Connect Core section 3). `token` alone is not among them: an access
 * token that comes through the browser without an ID token can be replaced unnoticed.
 */
const COMBINATIONS: readonly (readonly string[])[] = [
  ['code'],
  ['id_token'],
  ['code', 'id_token'],
  ['code', 'token'],
  ['id_token', 'token'],
  ['code', 'id_token', 'token'],
];

/** The response types in the engine's spelling that consist of these words only. */
export function engineResponseTypes(words: readonly string[]): ResponseType[] {
  return COMBINATIONS.filter((types) => types.every((type) => words.includes(type))).map((types) =>
    types.join(' '),
  ) as ResponseType[];
}
