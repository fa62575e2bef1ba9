import type { z } from 'zod';
import type { ScopeChoice } from '../../platform/console-page-models/clients.js';
import { AUTOMATIC_SCOPES } from '../../registry/client-record/client-defaults.js';
import type { scopePage } from '../../registry/scopes/scope.schema.js';
import type { Visit } from '../console/visit.js';

const MAX_PAGES = 5;

/** The scopes of the catalogue that are in use, at most 500. */
export async function scopesOfCatalogue(visit: Visit): Promise<{ name: string; title: string }[]> {
  const scopes: { name: string; title: string }[] = [];
  let cursor: string | null = '';
  for (let page = 0; page < MAX_PAGES && cursor !== null; page++) {
    const query: Record<string, string> = { retired: 'false', ...(cursor === '' ? {} : { cursor }) };
    const { body } = await visit.call<z.infer<typeof scopePage>>('listScopes', { query });
    scopes.push(...body.data);
    cursor = body.next_cursor;
  }
  return scopes;
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
