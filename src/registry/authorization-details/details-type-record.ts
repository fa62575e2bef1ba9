import { toSnake } from '../../platform/wire/snake-case.js';
import type { Schema } from './detail-schema.js';

/** What operators decide about a type of authorization details. */
export interface DetailsTypeSettings {
  /** What people read above the details. */
  title: string;
  /** What people read of one detail; see `renderTemplate`. */
  consentTemplate: string;
  /** What a detail has to be. */
  schema: Schema;
  /** The API that its details are for; null for whichever API a request names. */
  apiId: string | null;
}

/** A type of authorization details (RFC 9396). `version` counts its changes. */
export interface DetailsTypeRecord extends DetailsTypeSettings {
  type: string;
  version: number;
  createdAt: Date;
  updatedAt: Date;
}

/** A type with the API that its details are for. */
export type DescribedDetailsType = DetailsTypeRecord & {
  api: { name: string; audience: string; openToRegistration: boolean } | null;
};

/** The record as the admin API of `issuer` shows it. */
export function detailsTypeToWire({ version: _version, ...record }: DetailsTypeRecord, issuer: string) {
  const url = `${issuer}/admin/v1/authorization_details_types/${encodeURIComponent(record.type)}`;
  return { ...toSnake(record), url };
}
