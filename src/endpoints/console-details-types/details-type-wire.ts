import type * as z from 'zod';
import type { TableOnPage } from '../../platform/console-page-models/records.js';
import type { detailsTypeResponse } from '../../registry/authorization-details/details-type.schema.js';
import { CATALOGUE } from '../console-catalogue/catalogue-wire.js';
import { allRecords } from '../console-records/all-records.js';
import type { Visit } from '../console/visit.js';

/** A type of authorization details as the admin API shows it. */
export type DetailsTypeWire = z.infer<typeof detailsTypeResponse>;

/** The paths of pages about types, as the router writes them. */
export const DETAILS_TYPES = `${CATALOGUE}/authorization-details`;
export const DETAILS_TYPE = `${DETAILS_TYPES}/:type`;

/** The path of a type's pages. */
export function detailsTypePath(type: string): string {
  return `${DETAILS_TYPES}/${encodeURIComponent(type)}`;
}

/** The types of the catalogue, at most 500. */
export function allDetailsTypes(visit: Visit): Promise<DetailsTypeWire[]> {
  return allRecords<DetailsTypeWire>(visit, 'listAuthorizationDetailsTypes');
}

/** Types as people read them. */
export function tableOfTypes(types: readonly DetailsTypeWire[]): TableOnPage {
  return {
    caption: 'Types of authorization details',
    columns: [{ label: 'Type' }, { label: 'On the consent page' }],
    rows: types.map(({ consent_template, title, type }) => [
      { text: type, isCode: true, href: detailsTypePath(type) },
      { text: title, detail: consent_template },
    ]),
  };
}
