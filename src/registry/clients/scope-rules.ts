import type { ClientDraft } from '../client-record/client-input.js';
import type { ClientRecord } from '../client-record/client-record.js';
import type { Transaction } from '../../platform/db/database.js';
import type { ValidationError } from '../../platform/errors/errors.js';
import { exchangeErrors } from '../client-exchange/exchange-errors.js';
import type { DetailsTypesService } from '../authorization-details/details-types.service.js';
import type { ScopesService } from '../scopes/scopes.service.js';

/** What clients can be given. */
export interface Catalogue {
  scopes: ScopesService;
  detailsTypes: Pick<DetailsTypesService, 'unknown'>;
}

/**
 * The scopes and types of authorization details in a request that no client can be given, as its own or by an exchange of
 * tokens. A scope that the client already has may stay, even if it was retired since. In a transaction the others can be
 * given until it ends.
 */
export async function catalogueErrors(
  { detailsTypes, scopes: catalogue }: Catalogue,
  before: ClientRecord | undefined,
  { listedScopes, settings }: ClientDraft,
  tx?: Transaction,
): Promise<ValidationError[]> {
  const types = settings.authorizationDetailsTypes;
  const missing = new Set(await detailsTypes.unknown(types, tx));
  const unknownTypes = types.flatMap((type, index) => {
    const detail = `"${type}" is no type of authorization details in the catalogue.`;
    return missing.has(type) ? [{ pointer: `/authorization_details_types/${String(index)}`, detail }] : [];
  });
  const added = listedScopes.filter((name) => !before?.scopes.includes(name));
  const unknown = new Set(await catalogue.unknown(added, tx));
  const listed = listedScopes.flatMap((name, index) => {
    const detail = `"${name}" is not in the scope catalogue, or was retired from it.`;
    return unknown.has(name) ? [{ pointer: `/scopes/${String(index)}`, detail }] : [];
  });
  const exchange = await exchangeErrors(catalogue, before?.tokenExchange, settings.tokenExchange);
  return [...listed, ...unknownTypes, ...exchange];
}

/**
 * An error if a public client would keep only scopes that tell who a person is; but not if it has no other already because
 * the catalogue was changed.
 */
export async function publicScopeErrors(
  catalogue: ScopesService,
  before: ClientRecord,
  { settings, visibility, unreadable }: ClientDraft,
  tx: Transaction,
): Promise<ValidationError[]> {
  if (visibility === 'private' || unreadable.has('scopes')) return [];
  const beyond = new Set(await catalogue.beyondIdentity([...before.scopes, ...settings.scopes], tx));
  const has = (scopes: readonly string[]) => scopes.some((name) => beyond.has(name));
  if (has(settings.scopes) || (before.visibility === 'public' && !has(before.scopes))) return [];
  const detail = 'A public client needs at least one scope whose category is not identity.';
  return [{ pointer: '/scopes', detail }];
}
