import type * as z from 'zod';
import type { apiResponse } from '../../registry/apis/api.schema.js';
import type { scopeResponse } from '../../registry/scopes/scope.schema.js';
import { allRecords } from '../console-records/all-records.js';
import type { RecordField } from '../console-records/record-fields.js';
import { CONSOLE } from '../console/console-paths.js';
import type { Visit } from '../console/visit.js';

/** An API and a scope as the admin API shows them. */
export type ApiWire = z.infer<typeof apiResponse>;
export type ScopeWire = z.infer<typeof scopeResponse>;

/** The paths of pages about the catalogue, as the router writes them. */
export const CATALOGUE = `${CONSOLE}/catalogue`;
export const SCOPES = `${CATALOGUE}/scopes`;
export const SCOPE = `${SCOPES}/:name`;
export const APIS = `${CATALOGUE}/apis`;
export const API = `${APIS}/:id`;
export const SECTION = 'catalogue';

/** The path of a scope's pages. */
export function scopePath(name: string): string {
  return `${SCOPES}/${encodeURIComponent(name)}`;
}

/** The APIs of the catalogue, at most 500. */
export function allApis(visit: Visit): Promise<ApiWire[]> {
  return allRecords<ApiWire>(visit, 'listApis');
}

/** The API of this id; undefined for null. */
export async function apiOf(visit: Visit, id: string | null): Promise<ApiWire | undefined> {
  return id === null ? undefined : (await allApis(visit)).find((api) => api.id === id);
}

/** The field of the API that a record belongs to, with those that `isOffered` says. */
export async function apiField(
  visit: Visit,
  help: string,
  isOffered: (api: ApiWire) => boolean = () => true,
): Promise<RecordField> {
  const apis = (await allApis(visit)).filter(isOffered);
  return {
    name: 'api_id',
    label: 'API',
    help,
    control: 'select',
    options: [
      { value: '', text: 'None' },
      ...apis.map(({ audience, id, name }) => ({ value: id, text: `${name}: ${audience}` })),
    ],
  };
}

/** The way to a page of the catalogue. */
export function catalogueCrumbs(...more: { label: string; href: string }[]) {
  return [{ label: 'APIs and scopes', href: CATALOGUE }, ...more];
}
