import type * as z from 'zod';
import type { TableSection } from '../../platform/console-page-models/records.js';
import type { clientUsePage } from '../../registry/client-use/client-use.schema.js';
import { confirmationPages } from '../console-records/confirmation.pages.js';
import { dateOf, listState, noticeOf } from '../console-records/list-parts.js';
import { fileHref, withFiles } from '../console-records/list-files.js';
import { recordFormPages } from '../console-records/record-form.pages.js';
import type { RecordField } from '../console-records/record-fields.js';
import type { ConsolePage } from '../console/console-page.js';
import { projectPath } from '../console/console-paths.js';
import type { Visit } from '../console/visit.js';
import {
  apiField,
  apiOf,
  APIS,
  CATALOGUE,
  catalogueCrumbs,
  SCOPE,
  scopePath,
  SCOPES,
  type ScopeWire,
  SECTION,
} from './catalogue-wire.js';

const NOTICES = {
  created: 'The scope was created: clients can ask for it once they have it.',
  saved: 'Saved.',
  retired: 'The scope is retired: no further client can have it.',
  back: 'The scope is back.',
};

const NAME: RecordField = {
  name: 'name',
  label: 'Name',
  help: 'Words with dots, such as orders.read. It never changes.',
  control: 'text',
  isRequired: true,
};
const pathOf = (visit: Visit) => scopePath(visit.param('name'));
const crumbsOf = (visit: Visit, ...more: string[]) =>
  catalogueCrumbs(...[visit.param('name'), ...more].map((label) => ({ label, href: pathOf(visit) })));

/** One scope: its words, the clients that have it, and its end. */
export const scopePages: readonly ConsolePage[] = [
  ...recordFormPages({
    path: `${SCOPES}/new`,
    operation: 'createScope',
    isNew: true,
    fields: async (visit) => [NAME, ...(await settingsOf(visit))],
    record: async (visit) => ({
      body: { category: 'general', api_id: visit.query.get('api') },
      version: undefined,
    }),
    example: { name: 'orders.read', title: 'See your orders' },
    words: () => ({
      heading: 'New scope',
      lead: 'What a client may be allowed, in words for people.',
      button: 'Create scope',
      section: SECTION,
      crumbs: catalogueCrumbs({ label: 'New scope', href: `${SCOPES}/new` }),
      cancelHref: CATALOGUE,
      notes: ['The title begins with a verb: See your orders.', 'A client gets it in its settings.'],
    }),
    done: (visit, { name }) => {
      visit.redirect(`${scopePath(String(name))}?done=created`);
    },
  }),
  withFiles(
    { method: 'get', path: SCOPE, operation: 'getScope', answer: showScope },
    { clients: { operation: 'listClientsOfScope' } },
  ),
  ...recordFormPages({
    path: `${SCOPE}/edit`,
    operation: 'updateScope',
    auditKey: (visit) => visit.param('name'),
    fields: settingsOf,
    record: (visit) => visit.call<ScopeWire>('getScope'),
    words: (visit) => ({
      heading: `Edit ${visit.param('name')}`,
      lead: 'The words of the consent page, and where it belongs.',
      button: 'Save',
      section: SECTION,
      crumbs: crumbsOf(visit, 'Edit'),
      cancelHref: pathOf(visit),
    }),
    done: (visit) => {
      visit.redirect(`${pathOf(visit)}?done=saved`);
    },
  }),
  ...[true, false].flatMap((isEnd) =>
    confirmationPages({
      path: `${SCOPE}/${isEnd ? 'retire' : 'bring-back'}`,
      operation: 'updateScope',
      body: { retired: isEnd },
      words: async (visit) => {
        const { version } = await visit.call<ScopeWire>('getScope');
        const name = visit.param('name');
        return {
          heading: isEnd ? `Retire ${name}?` : `Bring ${name} back?`,
          text: isEnd
            ? 'No further client can have it. Clients that have it keep it, and their tokens stay valid. It can be brought back.'
            : 'Clients can have it again.',
          button: isEnd ? 'Retire this scope' : 'Bring it back',
          section: SECTION,
          crumbs: crumbsOf(visit, isEnd ? 'Retire' : 'Bring back'),
          keepHref: pathOf(visit),
          version,
        };
      },
      doneHref: (visit) => `${pathOf(visit)}?done=${isEnd ? 'retired' : 'back'}`,
    }),
  ),
  ...confirmationPages({
    path: `${SCOPE}/delete`,
    operation: 'deleteScope',
    isDangerous: true,
    needsFreshSignIn: true,
    words: async (visit) => {
      const { version } = await visit.call<ScopeWire>('getScope');
      return {
        heading: `Delete ${visit.param('name')}?`,
        text: 'It is gone for good. That is possible only while no client has it.',
        button: 'Delete this scope',
        section: SECTION,
        crumbs: crumbsOf(visit, 'Delete'),
        keepHref: pathOf(visit),
        typed: visit.param('name'),
        version,
      };
    },
    doneHref: () => `${CATALOGUE}?done=scope-deleted`,
  }),
];

async function settingsOf(visit: Visit): Promise<RecordField[]> {
  return [
    {
      name: 'title',
      label: 'Title',
      help: 'What people read on the consent page.',
      control: 'text',
      isRequired: true,
    },
    { name: 'description', label: 'Description', help: 'More words for people.', control: 'paragraphs' },
    {
      name: 'category',
      label: 'Category',
      help: 'The group that it is listed in. A client with scopes of identity alone cannot be published.',
      control: 'text',
    },
    await apiField(visit, 'Tokens with the scope are for this audience.'),
  ];
}

async function showScope(visit: Visit): Promise<void> {
  const { body: scope } = await visit.call<ScopeWire>('getScope');
  const path = pathOf(visit);
  const api = await apiOf(visit, scope.api_id);
  const mayChange = visit.canCall('updateScope');
  const isRetired = scope.retired_at !== null;
  visit.show(
    'console/record',
    { section: SECTION, crumbs: crumbsOf(visit) },
    {
      heading: scope.name,
      badges: isRetired ? [{ kind: 'caution', text: 'Retired' }] : [],
      key: { value: scope.name, what: `scope ${scope.name}` },
      lead: scope.title,
      actions: mayChange ? [{ label: 'Edit', href: `${path}/edit` }] : [],
      facts: [
        { name: 'Title', cell: { text: scope.title, detail: scope.description ?? undefined } },
        { name: 'Category', cell: { text: scope.category } },
        {
          name: 'API',
          cell: api ? { text: api.name, href: `${APIS}/${api.id}`, detail: api.audience } : { text: 'None' },
        },
        ...(isRetired ? [{ name: 'Retired', cell: { at: dateOf(scope.retired_at) } }] : []),
        { name: 'Created', cell: { at: dateOf(scope.created_at), as: 'minute' } },
      ],
      sections: visit.canCall('listClientsOfScope') ? [await clientsOf(visit, path)] : [],
      grave: mayChange
        ? [
            {
              heading: isRetired ? 'Bring back' : 'Retire',
              text: isRetired
                ? 'Clients can have it again.'
                : 'No further client can have it; those that have it keep it.',
              action: isRetired
                ? { text: 'Bring back', about: scope.name, href: `${path}/bring-back` }
                : { text: 'Retire', about: scope.name, href: `${path}/retire` },
            },
            {
              heading: 'Delete',
              text: 'For good; only while no client has it.',
              action: { text: 'Delete', about: scope.name, href: `${path}/delete`, isDangerous: true },
            },
          ]
        : [],
      notice: noticeOf(visit, NOTICES),
      curl: visit.curl('getScope'),
    },
  );
}

async function clientsOf(visit: Visit, path: string): Promise<TableSection> {
  const state = listState(visit, [], path);
  const { query } = state;
  const { body } = await visit.call<z.infer<typeof clientUsePage>>('listClientsOfScope', { query });
  return {
    id: 'clients',
    heading: 'Clients that have it',
    actions: [],
    none: 'No client has it.',
    csvHref: fileHref(visit, 'clients', 'listClientsOfScope'),
    moreHref: state.nextHref(body.next_cursor),
    table: {
      caption: 'Clients, newest first',
      columns: [{ label: 'Client' }, { label: 'Project' }, { label: 'Last used' }],
      rows: body.data.map((client) => {
        const project = projectPath(client.org_id, client.project_id);
        return [
          {
            text: client.client_name,
            href: `${project}/clients/${client.id}`,
            detail: client.client_id,
            ...(client.deleted_at === null
              ? {}
              : { badges: [{ kind: 'problem' as const, text: 'Deleted' }] }),
          },
          { text: client.project_name, href: project, detail: client.org_name },
          client.last_used_at === null ? { text: 'Never' } : { at: dateOf(client.last_used_at) },
        ];
      }),
    },
  };
}
