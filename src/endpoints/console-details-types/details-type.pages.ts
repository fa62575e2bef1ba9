import type { TableSection } from '../../platform/console-page-models/records.js';
import {
  apiField,
  apiOf,
  APIS,
  CATALOGUE,
  catalogueCrumbs,
  SECTION,
} from '../console-catalogue/catalogue-wire.js';
import { confirmationPages } from '../console-records/confirmation.pages.js';
import { dateOf, noticeOf } from '../console-records/list-parts.js';
import type { RecordField } from '../console-records/record-fields.js';
import { recordFormPages } from '../console-records/record-form.pages.js';
import type { ConsolePage } from '../console/console-page.js';
import type { Visit } from '../console/visit.js';
import { DETAILS_TYPE, DETAILS_TYPES, detailsTypePath, type DetailsTypeWire } from './details-type-wire.js';

const READ = 'getAuthorizationDetailsType';
const UPDATE = 'updateAuthorizationDetailsType';

const TYPE: RecordField = {
  name: 'type',
  label: 'Type',
  help: 'What requests have in type, such as payment_initiation. It never changes.',
  control: 'text',
  isRequired: true,
};
const EXAMPLE = {
  title: 'Payment',
  consent_template: 'Pay {{amount.value}} {{amount.currency}} to {{creditor}}',
  schema: {
    type: 'object',
    properties: {
      amount: {
        type: 'object',
        properties: { value: { type: 'string', maxLength: 20 }, currency: { enum: ['EUR', 'USD'] } },
        required: ['value', 'currency'],
        additionalProperties: false,
      },
      creditor: { type: 'string', maxLength: 70 },
    },
    required: ['amount', 'creditor'],
    additionalProperties: false,
  },
};

const pathOf = (visit: Visit) => detailsTypePath(visit.param('type'));
const crumbsOf = (visit: Visit, ...more: string[]) =>
  catalogueCrumbs(...[visit.param('type'), ...more].map((label) => ({ label, href: pathOf(visit) })));

/** One type of authorization details: its words, its schema, and its end. */
export const detailsTypePages: readonly ConsolePage[] = [
  ...recordFormPages({
    path: `${DETAILS_TYPES}/new`,
    operation: 'createAuthorizationDetailsType',
    isNew: true,
    fields: async (visit) => [TYPE, ...(await settingsOf(visit))],
    record: async (visit) => ({
      body: { ...EXAMPLE, api_id: visit.query.get('api') },
      version: undefined,
    }),
    example: { type: 'payment_initiation', ...EXAMPLE },
    words: () => ({
      heading: 'New type of authorization details',
      lead: 'What a client may ask for once and in detail, such as one payment (RFC 9396).',
      button: 'Create type',
      section: SECTION,
      crumbs: catalogueCrumbs({ label: 'New type', href: `${DETAILS_TYPES}/new` }),
      cancelHref: CATALOGUE,
      notes: [
        'The fields start with an example: replace what is in them.',
        'A client gets the type in its settings.',
      ],
    }),
    done: (visit, { type }) => {
      visit.redirect(`${detailsTypePath(String(type))}?done=created`);
    },
  }),
  { method: 'get', path: DETAILS_TYPE, operation: READ, answer: showType },
  ...recordFormPages({
    path: `${DETAILS_TYPE}/edit`,
    operation: UPDATE,
    auditKey: (visit) => visit.param('type'),
    fields: settingsOf,
    record: (visit) => visit.call<DetailsTypeWire>(READ),
    words: (visit) => ({
      heading: `Edit ${visit.param('type')}`,
      lead: 'What people read, and what a detail has to be. What was allowed before stays as it is.',
      button: 'Save',
      section: SECTION,
      crumbs: crumbsOf(visit, 'Edit'),
      cancelHref: pathOf(visit),
    }),
    done: (visit) => {
      visit.redirect(`${pathOf(visit)}?done=saved`);
    },
  }),
  ...confirmationPages({
    path: `${DETAILS_TYPE}/delete`,
    operation: 'deleteAuthorizationDetailsType',
    isDangerous: true,
    needsFreshSignIn: true,
    words: async (visit) => {
      const { version } = await visit.call<DetailsTypeWire>(READ);
      return {
        heading: `Delete ${visit.param('type')}?`,
        text: 'It is gone for good. That is possible only while no client has it.',
        button: 'Delete this type',
        section: SECTION,
        crumbs: crumbsOf(visit, 'Delete'),
        keepHref: pathOf(visit),
        typed: visit.param('type'),
        version,
      };
    },
    doneHref: () => `${CATALOGUE}?done=type-deleted`,
  }),
];

async function settingsOf(visit: Visit): Promise<RecordField[]> {
  return [
    {
      name: 'title',
      label: 'Title',
      help: 'What people read above the details on the consent page.',
      control: 'text',
      isRequired: true,
    },
    {
      name: 'consent_template',
      label: 'Words of one detail',
      help: 'Text with values of the detail in it: Pay {{amount.value}} to {{creditor}}.',
      control: 'paragraphs',
      isRequired: true,
    },
    {
      name: 'schema',
      label: 'Schema',
      help: 'What a detail has to be: a JSON Schema of an object.',
      control: 'code',
      isRequired: true,
      notJson: 'This is not JSON: send a JSON Schema, {"type": "object", …}.',
    },
    await apiField(
      visit,
      'Tokens with its details are for this audience. None: the one that a request names.',
      ({ built_in }) => !built_in,
    ),
  ];
}

async function showType(visit: Visit): Promise<void> {
  const { body: type } = await visit.call<DetailsTypeWire>(READ);
  const path = pathOf(visit);
  const api = await apiOf(visit, type.api_id);
  const mayChange = visit.canCall(UPDATE);
  visit.show(
    'console/record',
    { section: SECTION, crumbs: crumbsOf(visit) },
    {
      heading: type.type,
      badges: [],
      key: { value: type.type, what: `type ${type.type}` },
      lead: type.title,
      actions: mayChange ? [{ label: 'Edit', href: `${path}/edit` }] : [],
      facts: [
        { name: 'Title', cell: { text: type.title } },
        { name: 'Words of one detail', cell: { text: type.consent_template } },
        {
          name: 'API',
          cell: api
            ? { text: api.name, href: `${APIS}/${api.id}`, detail: api.audience }
            : { text: 'None: the one that a request names' },
        },
        { name: 'Created', cell: { at: dateOf(type.created_at), as: 'minute' } },
      ],
      sections: [membersOf(type)],
      grave: mayChange
        ? [
            {
              heading: 'Delete',
              text: 'For good; only while no client has it.',
              action: { text: 'Delete', about: type.type, href: `${path}/delete`, isDangerous: true },
            },
          ]
        : [],
      notice: noticeOf(visit, {
        created: 'The type was created: clients can ask for it once they have it.',
        saved: 'Saved.',
      }),
      curl: visit.curl(READ),
    },
  );
}

/** The members that the schema describes; the whole of it is in the form. */
function membersOf({ schema }: DetailsTypeWire): TableSection {
  const { properties = {}, required = [] } = schema as {
    properties?: Record<string, Record<string, unknown>>;
    required?: string[];
  };
  return {
    id: 'members',
    heading: 'Members of a detail',
    actions: [],
    none: 'The schema names none.',
    table: {
      caption: 'Members of a detail',
      columns: [{ label: 'Member' }, { label: 'What it is' }, { label: 'Required' }],
      rows: Object.entries(properties).map(([name, member]) => [
        { text: name, isCode: true },
        { text: kindOf(member) },
        { text: required.includes(name) ? 'Yes' : 'No' },
      ]),
    },
  };
}

function kindOf({ $ref, const: only, enum: values, type }: Record<string, unknown>): string {
  if (Array.isArray(values)) return `one of ${values.map(String).join(', ')}`;
  if (only !== undefined) return JSON.stringify(only);
  return typeof type === 'string' ? type : typeof $ref === 'string' ? $ref : 'one of several';
}
