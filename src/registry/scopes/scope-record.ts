import { toSnake } from '../../platform/wire/snake-case.js';
import { ADMIN_API_ID } from '../apis/api-record.js';

/** What operators decide about a scope. */
export interface ScopeSettings {
  title: string;
  description: string | null;
  category: string;
  /** The API that it is a scope of; plain scopes have none. */
  apiId: string | null;
}

/** An entry of the scope catalogue. `version` counts its changes. */
export interface ScopeRecord extends ScopeSettings {
  name: string;
  /** Since when no other client can have it. */
  retiredAt: Date | null;
  version: number;
  createdAt: Date;
  updatedAt: Date;
}

/** A scope as people read it, and the API that it is a scope of. */
export interface DescribedScope {
  name: string;
  title: string;
  description: string | null;
  category: string;
  api: { name: string; audience: string } | null;
}

/** The category of the scopes of the admin API. */
export const ADMINISTRATION = 'administration';
/** The category of the scopes that only let a client know who a person is. */
export const IDENTITY = 'identity';

/** Whether the product itself needs the scopes of this category, so that operators change only their texts. */
export function isReserved(category: string): boolean {
  return [IDENTITY, ADMINISTRATION].includes(category.trim().toLowerCase());
}

/** A row as a record: the administration scopes belong to an API that has no row. */
export function toScopeRecord(row: ScopeRecord): ScopeRecord {
  return row.category === ADMINISTRATION ? { ...row, apiId: ADMIN_API_ID } : row;
}

/** The record as the admin API of `issuer` shows it. */
export function scopeToWire({ version: _version, ...record }: ScopeRecord, issuer: string) {
  return { ...toSnake(record), url: `${issuer}/admin/v1/scopes/${encodeURIComponent(record.name)}` };
}
