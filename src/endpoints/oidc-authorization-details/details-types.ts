import { type CheckDetail, compileCheck } from '../../registry/authorization-details/detail-check.js';
import type { DescribedDetailsType } from '../../registry/authorization-details/details-type-record.js';

/** A type of authorization details as requests need it. */
export interface DetailsType {
  /** The id of the API that its details are for; null for whichever a request names. */
  apiId: string | null;
  /** The audience of that API. */
  audience: string | null;
  check: CheckDetail;
}

/** The types of the catalogue by their names. */
export type DetailsTypes = ReadonlyMap<string, DetailsType>;

/** Makes the checks of the schemas, once for each version of the catalogue. */
export function compileTypes(described: readonly DescribedDetailsType[]): DetailsTypes {
  return new Map(
    described.map(({ api, apiId, schema, type }) => [
      type,
      { apiId, audience: api?.audience ?? null, check: compileCheck(schema) },
    ]),
  );
}

/** What tells whether types have changed. */
export function typesFingerprint(described: readonly DescribedDetailsType[]): unknown {
  return described.map(({ createdAt, type, version }) => [type, version, createdAt.getTime()]);
}
