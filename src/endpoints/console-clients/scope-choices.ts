import type * as z from 'zod';
import type { ScopeChoice } from '../../platform/console-page-models/clients.js';
import { AUTOMATIC_SCOPES } from '../../registry/client-record/client-defaults.js';
import type { scopeResponse } from '../../registry/scopes/scope.schema.js';
import { allRecords } from '../console-records/all-records.js';
import type { Visit } from '../console/visit.js';

/** The scopes of the catalogue that are in use, at most 500. */
export function scopesOfCatalogue(visit: Visit): Promise<{ name: string; title: string }[]> {
  return allRecords<z.infer<typeof scopeResponse>>(visit, 'listScopes', { retired: 'false' });
}

/** Every scope of the catalogue, and every chosen one that is no longer in it, as a choice. */
export function scopeChoices(
  catalogue: readonly { name: string; title: string }[],
  chosen: readonly string[],
  optional: readonly string[],
): ScopeChoice[] {
  const gone = chosen.filter((name) => !catalogue.some((scope) => scope.name === name));
  const all = [...catalogue, ...gone.map((name) => ({ name, title: name }))];
  return all.map(({ name, title }) => ({
    name,
    title,
    isChosen: chosen.includes(name),
    isOptional: optional.includes(name),
    isAutomatic: AUTOMATIC_SCOPES.includes(name),
  }));
}
