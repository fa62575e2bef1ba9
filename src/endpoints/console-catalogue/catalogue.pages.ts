import type { TableOnPage, TableSection } from '../../platform/console-page-models/records.js';
import { allRecords } from '../console-records/all-records.js';
import { fileHref, withFiles } from '../console-records/list-files.js';
import { noticeOf } from '../console-records/list-parts.js';
import { allDetailsTypes, DETAILS_TYPES, tableOfTypes } from '../console-details-types/details-type-wire.js';
import type { ConsolePage } from '../console/console-page.js';
import type { Visit } from '../console/visit.js';
import {
  allApis,
  APIS,
  type ApiWire,
  CATALOGUE,
  catalogueCrumbs,
  scopePath,
  SCOPES,
  type ScopeWire,
  SECTION,
} from './catalogue-wire.js';

/** The lists that the sections of the page are made of. */
const FILES = {
  scopes: { operation: 'listScopes' },
  apis: { operation: 'listApis' },
  types: { operation: 'listAuthorizationDetailsTypes' },
};

/** What clients can ask for: the APIs with their scopes, the scopes of none, and the types of authorization details. */
export const cataloguePages: readonly ConsolePage[] = [
  withFiles({ method: 'get', path: CATALOGUE, operation: 'listScopes', answer: showCatalogue }, FILES),
];

async function showCatalogue(visit: Visit): Promise<void> {
  const [apis, scopes, types] = await Promise.all([allApis(visit), allScopes(visit), allDetailsTypes(visit)]);
  const mayChange = visit.canCall('createScope');
  const own = scopes.filter(({ api_id }) => api_id === null);
  visit.show(
    'console/record',
    { section: SECTION, crumbs: catalogueCrumbs() },
    {
      heading: 'APIs and scopes',
      badges: [],
      key: undefined,
      lead: 'What clients may ask for, in the words that people read when they allow it.',
      actions: mayChange
        ? [
            { label: 'New scope', href: `${SCOPES}/new` },
            { label: 'New API', href: `${APIS}/new` },
          ]
        : [],
      facts: [],
      files: [
        { of: 'scopes', href: fileHref(visit, 'scopes', FILES.scopes.operation) },
        { of: 'APIs', href: fileHref(visit, 'apis', FILES.apis.operation) },
        { of: 'types of authorization details', href: fileHref(visit, 'types', FILES.types.operation) },
      ],
      sections: [
        ...apis.filter((api) => !api.built_in).map((api) => sectionOf(api, scopes, mayChange)),
        {
          id: 'no-api',
          heading: 'Scopes of no API',
          lead: 'Claims about the person, and what only this server itself reads.',
          actions: [],
          none: 'None.',
          table: tableOf(own, 'Scopes of no API'),
        },
        {
          id: 'authorization-details',
          heading: 'Types of authorization details',
          lead: 'What clients may ask for once and in detail, such as one payment (RFC 9396).',
          actions: mayChange
            ? [{ text: 'New type', about: 'of authorization details', href: `${DETAILS_TYPES}/new` }]
            : [],
          none: 'None.',
          table: tableOfTypes(types),
        },
        ...apis.filter((api) => api.built_in).map((api) => sectionOf(api, scopes, mayChange)),
      ],
      grave: [],
      notice: noticeOf(visit, {
        'scope-deleted': 'The scope is deleted.',
        'api-deleted': 'The API is deleted.',
        'type-deleted': 'The type is deleted.',
      }),
      curl: visit.curl('listScopes'),
    },
  );
}

function sectionOf(api: ApiWire, scopes: readonly ScopeWire[], mayChange: boolean): TableSection {
  const { audience, id, name } = api;
  return {
    id: `api-${id}`,
    heading: name,
    lead: `${audience} · ${tokensOf(api)}`,
    actions: [
      { text: 'Open', about: name, href: `${APIS}/${id}` },
      ...(mayChange && !api.built_in
        ? [{ text: 'New scope', about: `of ${name}`, href: `${SCOPES}/new?api=${id}` }]
        : []),
    ],
    none: 'No scope yet.',
    table: tableOf(
      scopes.filter(({ api_id }) => api_id === id),
      `Scopes of ${name}`,
    ),
  };
}

/** Scopes as people read them. */
export function tableOf(scopes: readonly ScopeWire[], caption: string): TableOnPage {
  return {
    caption,
    columns: [{ label: 'Scope' }, { label: 'On the consent page' }, { label: 'Category', isExtra: true }],
    rows: scopes.map(({ category, description, name, retired_at, title }) => [
      {
        text: name,
        isCode: true,
        href: scopePath(name),
        ...(retired_at === null ? {} : { badges: [{ kind: 'caution' as const, text: 'Retired' }] }),
      },
      { text: title, detail: description ?? undefined },
      { text: category },
    ]),
  };
}

/** What access tokens for the API are, in words. */
export function tokensOf({
  access_token_format,
  access_token_ttl,
  access_token_typ,
  signing_alg,
}: ApiWire): string {
  const life = access_token_ttl === null ? '' : `, ${String(access_token_ttl)} s`;
  return access_token_format === 'jwt'
    ? `JWT, ${access_token_typ}, ${signing_alg}${life}`
    : `opaque access tokens${life}`;
}

/** The scopes of the catalogue, retired ones too, at most 1000. */
export function allScopes(visit: Visit, filter: Record<string, string> = {}): Promise<ScopeWire[]> {
  return allRecords<ScopeWire>(visit, 'listScopes', filter, 10);
}
