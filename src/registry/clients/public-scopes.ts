import type { ClientDraft } from '../client-record/client-input.js';
import type { ClientRecord } from '../client-record/client-record.js';
import type { Transaction } from '../../platform/db/database.js';
import type { Mistake } from '../../platform/errors/errors.js';
import type { ScopesService } from '../scopes/scopes.service.js';

/**
 * Whether a public client would be left with scopes that only tell who a person is. One that has no other any more
 * because the catalogue changed is not to blame.
 */
export async function publicScopeMistakes(
  catalogue: ScopesService,
  before: ClientRecord,
  { settings, visibility, unreadable }: ClientDraft,
  tx: Transaction,
): Promise<Mistake[]> {
  if (visibility === 'private' || unreadable.has('scopes')) return [];
  const beyond = new Set(await catalogue.beyondIdentity([...before.scopes, ...settings.scopes], tx));
  const has = (scopes: readonly string[]) => scopes.some((name) => beyond.has(name));
  if (has(settings.scopes) || (before.visibility === 'public' && !has(before.scopes))) return [];
  const detail = 'A public client needs at least one scope whose category is not identity.';
  return [{ pointer: '/scopes', detail }];
}
