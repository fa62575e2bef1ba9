import type * as z from 'zod';
import { DEFAULT_SIGNING_ALG } from '../../registry/apis/api-record.js';
import type { organizationPage } from '../../tenancy/tenants/tenant-response.schema.js';
import { confirmationPages } from '../console-records/confirmation.pages.js';
import { dateOf, noticeOf } from '../console-records/list-parts.js';
import { fileHref, withFiles } from '../console-records/list-files.js';
import { recordFormPages } from '../console-records/record-form.pages.js';
import type { RecordField } from '../console-records/record-fields.js';
import type { ConsolePage } from '../console/console-page.js';
import { organizationPath } from '../console/console-paths.js';
import type { Visit } from '../console/visit.js';
import { allScopes, tableOf, tokensOf } from './catalogue.pages.js';
import { API, APIS, type ApiWire, CATALOGUE, catalogueCrumbs, SCOPES, SECTION } from './catalogue-wire.js';

const AUDIENCE: RecordField = {
  name: 'audience',
  label: 'Audience',
  help: 'The resource indicator (RFC 8707) and aud of the tokens: an absolute URI, such as https://api.example.com. It never changes.',
  control: 'url',
  isRequired: true,
};
const pathOf = (visit: Visit) => `${APIS}/${visit.param('id')}`;
const crumbsOf = (visit: Visit, ...labels: string[]) =>
  catalogueCrumbs(...labels.map((label) => ({ label, href: pathOf(visit) })));

/** One API: what its access tokens are, its scopes, and its end. */
export const apiPages: readonly ConsolePage[] = [
  ...recordFormPages({
    path: `${APIS}/new`,
    operation: 'createApi',
    isNew: true,
    fields: async (visit) => [AUDIENCE, ...(await settingsOf(visit))],
    record: async () => ({ body: DEFAULTS, version: undefined }),
    example: { audience: 'https://api.example.com', name: 'Orders' },
    words: () => ({
      heading: 'New API',
      lead: 'A resource server that access tokens can be for.',
      button: 'Create API',
      section: SECTION,
      crumbs: catalogueCrumbs({ label: 'New API', href: `${APIS}/new` }),
      cancelHref: CATALOGUE,
      notes: [
        'Clients ask for it by resource (RFC 8707), or by a scope of it.',
        'Its scopes are made afterwards.',
      ],
    }),
    done: (visit, { id }) => {
      visit.redirect(`${APIS}/${String(id)}?done=created`);
    },
  }),
  withFiles(
    { method: 'get', path: API, operation: 'getApi', answer: showApi },
    {
      scopes: {
        operation: 'listScopes',
        query: async (visit) => scopesQuery((await visit.call<ApiWire>('getApi')).body),
      },
    },
  ),
  ...recordFormPages({
    path: `${API}/edit`,
    operation: 'updateApi',
    fields: settingsOf,
    record: (visit) => visit.call<ApiWire>('getApi'),
    words: (visit, record) => ({
      heading: `Edit ${(record as ApiWire).name}`,
      lead: 'It counts for access tokens that are issued from now on.',
      button: 'Save',
      section: SECTION,
      crumbs: crumbsOf(visit, (record as ApiWire).name, 'Edit'),
      cancelHref: pathOf(visit),
    }),
    done: (visit) => {
      visit.redirect(`${pathOf(visit)}?done=saved`);
    },
  }),
  ...confirmationPages({
    path: `${API}/delete`,
    operation: 'deleteApi',
    isDangerous: true,
    needsFreshSignIn: true,
    words: async (visit) => {
      const { body: api, version } = await visit.call<ApiWire>('getApi');
      return {
        heading: `Delete ${api.name}?`,
        text: 'With its scopes, for good. That is possible only while no client has one of them.',
        button: 'Delete this API',
        section: SECTION,
        crumbs: crumbsOf(visit, api.name, 'Delete'),
        keepHref: pathOf(visit),
        typed: api.audience,
        version,
      };
    },
    doneHref: () => `${CATALOGUE}?done=api-deleted`,
  }),
];

const DEFAULTS = {
  access_token_format: 'jwt',
  signing_alg: DEFAULT_SIGNING_ALG,
  access_token_typ: 'at+jwt',
  open_to_registration: false,
};

async function settingsOf(visit: Visit): Promise<RecordField[]> {
  const { body } = await visit.call<z.infer<typeof organizationPage>>('listOrganizations');
  const choice = (
    name: string,
    label: string,
    help: string,
    values: readonly (readonly [string, string])[],
  ) => ({
    name,
    label,
    help,
    control: 'select' as const,
    options: values.map(([value, text]) => ({ value, text })),
  });
  return [
    {
      name: 'name',
      label: 'Name',
      help: 'What people read on the consent page.',
      control: 'text',
      isRequired: true,
    },
    choice('access_token_format', 'Access token format', 'What APIs get and check.', [
      ['jwt', 'jwt: signed, checked without asking (RFC 9068)'],
      ['opaque', 'opaque: a random string, asked about by introspection'],
    ]),
    choice('signing_alg', 'Signing algorithm', 'Of JWT access tokens.', [
      ['RS256', 'RS256'],
      ['ES256', 'ES256'],
    ]),
    choice(
      'access_token_typ',
      'Type of the JWT',
      'The header typ; JWT for validators that do not know RFC 9068.',
      [
        ['at+jwt', 'at+jwt'],
        ['JWT', 'JWT'],
      ],
    ),
    {
      name: 'access_token_ttl',
      label: 'Access token lifetime',
      help: 'In seconds; empty for the installation’s usual lifetime.',
      control: 'number',
    },
    {
      ...choice(
        'open_to_registration',
        'Open to registration',
        'Whether clients that register themselves (RFC 7591) can have its scopes.',
        [
          ['false', 'false: no'],
          ['true', 'true: yes'],
        ],
      ),
      isFlag: true,
    },
    choice('org_id', 'Organization', 'It runs the API: its clients may introspect the API’s tokens.', [
      ['', 'None'],
      ...body.data.map(({ id, name }) => [id, name] as const),
    ]),
  ];
}

function scopesQuery({ built_in: isBuiltIn, id }: ApiWire): Record<string, string> {
  return isBuiltIn ? { category: 'administration' } : { api_id: id };
}

async function showApi(visit: Visit): Promise<void> {
  const { body: api } = await visit.call<ApiWire>('getApi');
  const { audience, built_in, created_at, id, name, open_to_registration, org_id } = api;
  const path = pathOf(visit);
  const mayChange = visit.canCall('updateApi') && !built_in;
  const scopes = await allScopes(visit, scopesQuery(api));
  visit.show(
    'console/record',
    { section: SECTION, crumbs: crumbsOf(visit, name) },
    {
      heading: name,
      badges: built_in ? [{ kind: 'plain', text: 'Part of this server' }] : [],
      key: { value: audience, what: `audience ${audience}` },
      lead: 'Audience',
      actions: mayChange ? [{ label: 'Edit', href: `${path}/edit` }] : [],
      facts: [
        { name: 'Access tokens', cell: { text: tokensOf(api) } },
        { name: 'Open to registration', cell: { text: String(open_to_registration) } },
        {
          name: 'Organization',
          cell:
            org_id === null
              ? { text: 'None' }
              : { text: org_id, isCode: true, href: organizationPath(org_id) },
        },
        ...(created_at === null
          ? []
          : [{ name: 'Created', cell: { at: dateOf(created_at), as: 'minute' as const } }]),
      ],
      sections: [
        {
          id: 'scopes',
          heading: 'Scopes',
          actions: mayChange
            ? [{ text: 'New scope', about: `of ${name}`, href: `${SCOPES}/new?api=${id}` }]
            : [],
          none: 'No scope yet.',
          csvHref: fileHref(visit, 'scopes', 'listScopes'),
          table: tableOf(scopes, `Scopes of ${name}`),
        },
      ],
      grave: mayChange
        ? [
            {
              heading: 'Delete this API',
              text: 'With its scopes; only while no client has one of them.',
              action: { text: 'Delete', about: name, href: `${path}/delete`, isDangerous: true },
            },
          ]
        : [],
      notice: noticeOf(visit, {
        created: 'The API was created. Its scopes are the next step.',
        saved: 'Saved; it counts for access tokens from now on.',
      }),
      curl: visit.curl('getApi'),
    },
  );
}
