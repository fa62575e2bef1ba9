import type * as z from 'zod';
import type { ScopeChoice, ScopeGroup } from '../../platform/console-page-models/clients.js';
import { AUTOMATIC_SCOPES } from '../../registry/client-record/client-defaults.js';
import type { scopeResponse } from '../../registry/scopes/scope.schema.js';
import { allApis } from '../console-catalogue/catalogue-wire.js';
import { allRecords } from '../console-records/all-records.js';
import type { Visit } from '../console/visit.js';

/** A scope of the catalogue with what it is grouped by. */
export interface CatalogueScope {
  name: string;
  title: string;
  /** The heading of its group. */
  group: string;
}

const STANDARD = 'Standard: claims about the person';
const NO_API = 'Of no API';
const ADMINISTRATION = 'Administration of this installation';

/** The scopes of the catalogue that are in use, at most 500: standard ones, those of APIs, of none, and of administration. */
export async function scopesOfCatalogue(visit: Visit): Promise<CatalogueScope[]> {
  const [scopes, apis] = await Promise.all([
    allRecords<z.infer<typeof scopeResponse>>(visit, 'listScopes', { retired: 'false' }),
    allApis(visit),
  ]);
  const ofApis = apis.filter((api) => !api.built_in);
  const groups = [STANDARD, ...ofApis.map(({ name }) => name), NO_API, ADMINISTRATION];
  const all = scopes.map(({ api_id: apiId, category, name, title }): CatalogueScope => {
    const api = ofApis.find(({ id }) => id === apiId);
    const group =
      category === 'administration' ? ADMINISTRATION : category === 'identity' ? STANDARD : NO_API;
    return { name, title, group: api?.name ?? group };
  });
  return groups.flatMap((heading) => all.filter(({ group }) => group === heading));
}

/** Every scope of the catalogue, and every chosen one that is no longer in it, as a choice, in groups. */
export function scopeChoices(
  catalogue: readonly CatalogueScope[],
  chosen: readonly string[],
  optional: readonly string[],
): ScopeGroup[] {
  const gone = chosen.filter((name) => !catalogue.some((scope) => scope.name === name));
  const all = [...catalogue, ...gone.map((name) => ({ name, title: name, group: 'No longer in use' }))];
  const choiceOf = ({ name, title }: CatalogueScope): ScopeChoice => ({
    name,
    title,
    isChosen: chosen.includes(name),
    isOptional: optional.includes(name),
    isAutomatic: AUTOMATIC_SCOPES.includes(name),
  });
  return [...new Set(all.map(({ group }) => group))].map((heading) => ({
    heading,
    scopes: all.filter(({ group }) => group === heading).map(choiceOf),
  }));
}
