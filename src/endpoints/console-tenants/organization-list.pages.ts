import type * as z from 'zod';
import type { organizationPage } from '../../tenancy/tenants/tenant-response.schema.js';
import { listPage } from '../console-records/list-page.js';
import { dateOf, type ListState, noticeOf } from '../console-records/list-parts.js';
import { recordFormPages } from '../console-records/record-form.pages.js';
import type { ConsolePage } from '../console/console-page.js';
import { organizationPath } from '../console/console-paths.js';
import type { Visit } from '../console/visit.js';
import { ORGANIZATION_FIELDS, ORGANIZATIONS_PAGE } from './tenant-wire.js';

const CRUMBS = [{ label: 'Organizations', href: ORGANIZATIONS_PAGE }];

/** The organizations in which the person has a role, and the form of a new one. */
export const organizationListPages: readonly ConsolePage[] = [
  listPage({ path: ORGANIZATIONS_PAGE, operation: 'listOrganizations', show: showList }),
  ...recordFormPages({
    path: `${ORGANIZATIONS_PAGE}/new`,
    operation: 'createOrganization',
    isNew: true,
    fields: () => ORGANIZATION_FIELDS,
    record: async () => ({ body: { membership_open: false, second_factor: 'optional' }, version: undefined }),
    example: { slug: 'acme', name: 'Acme' },
    words: () => ({
      heading: 'New organization',
      lead: 'It owns projects, and says who may use their private clients.',
      button: 'Create organization',
      section: 'organizations',
      crumbs: [...CRUMBS, { label: 'New organization', href: `${ORGANIZATIONS_PAGE}/new` }],
      cancelHref: ORGANIZATIONS_PAGE,
    }),
    done: (visit, { slug }) => {
      visit.redirect(`${organizationPath(String(slug))}?done=created`);
    },
  }),
];

function showList(visit: Visit, body: z.infer<typeof organizationPage>, state: ListState): void {
  const { query } = state;
  const newLink = { label: 'New organization', href: `${ORGANIZATIONS_PAGE}/new` };
  const mayCreate = visit.canCall('createOrganization');
  visit.show(
    'console/list',
    { section: 'organizations', crumbs: CRUMBS },
    {
      ...state,
      heading: 'Organizations',
      lead: 'Each owns projects; a project owns clients.',
      actions: mayCreate ? [newLink] : [],
      nextHref: state.nextHref(body.next_cursor),
      table: {
        caption: 'Organizations, newest first',
        columns: [
          { label: 'Organization' },
          { label: 'Membership' },
          { label: 'Second factor' },
          { label: 'Created' },
        ],
        rows: body.data.map(({ created_at, membership_open, name, second_factor, slug }) => [
          { text: name, href: organizationPath(slug), detail: slug },
          { text: membership_open ? 'Open to everybody' : 'Members only' },
          { text: second_factor },
          { at: dateOf(created_at), as: 'day' as const },
        ]),
      },
      empty: {
        symbol: 'office',
        heading: 'No organization yet',
        text: 'An organization owns projects and says who works on them.',
        link: mayCreate ? newLink : undefined,
      },
      notice: noticeOf(visit, { deleted: 'The organization is deleted.' }),
      curl: visit.curl('listOrganizations', { query }),
    },
  );
}
