import { hash } from 'node:crypto';

/** The number under which each of oidc-provider's models is stored. Never reuse one. */
export const MODELS = {
  Session: 1,
  AccessToken: 2,
  AuthorizationCode: 3,
  RefreshToken: 4,
  ClientCredentials: 5,
  DeviceCode: 6,
  Grant: 7,
  Interaction: 8,
  ReplayDetection: 9,
  PushedAuthorizationRequest: 10,
  InitialAccessToken: 11,
  RegistrationAccessToken: 12,
  BackchannelAuthenticationRequest: 13,
} as const;

/** A model of oidc-provider that is kept in the artifacts table. */
export type ModelName = keyof typeof MODELS;

/** Whether oidc-provider's model of this name is an artifact (and not, say, a client). */
export function isModelName(name: string): name is ModelName {
  return Object.hasOwn(MODELS, name);
}

/**
 * The primary key of an artifact, in hex: SHA-256 of its model and id. The id itself, which is the token or cookie, is
 * not stored. Ids have 256 random bits, so a digest without a key is enough.
 */
export function artifactKey(model: ModelName, id: string): string {
  return hash('sha256', `${String(MODELS[model])}:${id}`, 'hex');
}

/** `artifactKey` of the grant with the id in this column, as SQL. */
export function grantKeySql(column: string): string {
  return `sha256(convert_to('${String(MODELS.Grant)}:' || ${column}, 'UTF8'))`;
}

/** The artifacts that are issued to no client. */
const NOT_TOKENS: ReadonlySet<ModelName> = new Set(['Session', 'Grant', 'Interaction']);

/** Whether artifacts of the model were issued to a client, for a grant or for itself. */
export function isTokenModel(model: ModelName): boolean {
  return !NOT_TOKENS.has(model);
}
