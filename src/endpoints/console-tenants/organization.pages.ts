import type * as z from 'zod';
import type { projectPage } from '../../tenancy/tenants/tenant-response.schema.js';
import { confirmationPages } from '../console-records/confirmation.pages.js';
import { dateOf, listState, noticeOf } from '../console-records/list-parts.js';
import { fileHref, withFiles } from '../console-records/list-files.js';
import { recordFormPages } from '../console-records/record-form.pages.js';
import type { ConsolePage } from '../console/console-page.js';
import { ORGANIZATION_PAGES, organizationPath, projectPath } from '../console/console-paths.js';
import type { Visit } from '../console/visit.js';
import {
  ORGANIZATION_FIELDS,
  ORGANIZATIONS_PAGE,
  type OrganizationWire,
  TENANT_FIELDS,
} from './tenant-wire.js';

const SECTION = 'organization';
const NOTICES = {
  created: 'The organization was created. Its first project is the next step.',
  saved: 'Saved.',
  'project-deleted': 'The project is deleted.',
};
const pathOf = (visit: Visit) => organizationPath(visit.param('org'));
const pageOf = (visit: Visit, label: string) => [{ label, href: visit.ctx.path }];

/** An organization with its projects, its settings and its end. */
export const organizationPages: readonly ConsolePage[] = [
  withFiles(
    { method: 'get', path: ORGANIZATION_PAGES, operation: 'getOrganization', answer: showOrganization },
    { projects: { operation: 'listProjects' } },
  ),
  ...recordFormPages({
    path: `${ORGANIZATION_PAGES}/edit`,
    operation: 'updateOrganization',
    fields: () => ORGANIZATION_FIELDS,
    record: (visit) => visit.call<OrganizationWire>('getOrganization'),
    words: (visit, record) => ({
      heading: `Edit ${(record as OrganizationWire).name}`,
      lead: 'What people see of the organization, and what it asks of them.',
      button: 'Save',
      section: SECTION,
      crumbs: pageOf(visit, 'Edit'),
      cancelHref: pathOf(visit),
      notes: [
        'Another slug changes the addresses of its pages, and the paths of the admin API that name it.',
        'With a required second factor, people who have none set one up when they sign in next.',
      ],
    }),
    done: (visit, { slug }) => {
      visit.redirect(`${organizationPath(String(slug))}?done=saved`);
    },
  }),
  ...recordFormPages({
    path: `${ORGANIZATION_PAGES}/new-project`,
    operation: 'createProject',
    isNew: true,
    fields: () => TENANT_FIELDS,
    record: async () => ({ body: {}, version: undefined }),
    example: { slug: 'shop', name: 'Shop' },
    words: (visit) => ({
      heading: 'New project',
      lead: 'It owns clients, which share its roles and its figures.',
      button: 'Create project',
      section: SECTION,
      crumbs: pageOf(visit, 'New project'),
      cancelHref: pathOf(visit),
    }),
    done: (visit, { slug }) => {
      visit.redirect(`${projectPath(visit.param('org'), String(slug))}/clients`);
    },
  }),
  ...confirmationPages({
    path: `${ORGANIZATION_PAGES}/delete`,
    operation: 'deleteOrganization',
    isDangerous: true,
    words: async (visit) => {
      const { body } = await visit.call<OrganizationWire>('getOrganization');
      return {
        heading: `Delete ${body.name}?`,
        text: 'Its projects and every role in it are deleted for good. That is possible only while no project has clients.',
        button: 'Delete this organization',
        section: SECTION,
        crumbs: pageOf(visit, 'Delete'),
        keepHref: pathOf(visit),
        typed: body.slug,
      };
    },
    doneHref: () => `${ORGANIZATIONS_PAGE}?done=deleted`,
  }),
];

async function showOrganization(visit: Visit): Promise<void> {
  const path = pathOf(visit);
  const state = listState(visit, [], path);
  const [{ body: organization }, { body: projects }] = await Promise.all([
    visit.call<OrganizationWire>('getOrganization'),
    visit.call<z.infer<typeof projectPage>>('listProjects', { query: state.query }),
  ]);
  const { id, membership_open, name, second_factor, slug } = organization;
  const mayChange = visit.canCall('updateOrganization');
  visit.show(
    'console/record',
    { section: SECTION, crumbs: [] },
    {
      heading: name,
      badges: [
        ...(membership_open ? [{ kind: 'plain' as const, text: 'Open membership' }] : []),
        ...(second_factor === 'required' ? [{ kind: 'good' as const, text: 'Second factor required' }] : []),
      ],
      key: { value: id, what: `organization id ${id}` },
      lead: slug,
      actions: mayChange
        ? [
            { label: 'New project', href: `${path}/new-project` },
            { label: 'Edit', href: `${path}/edit` },
          ]
        : [],
      facts: [
        {
          name: 'Private clients',
          cell: { text: membership_open ? 'for everybody who signs in' : 'for members of the organization' },
        },
        { name: 'Second factor', cell: { text: second_factor } },
        { name: 'Created', cell: { at: dateOf(organization.created_at), as: 'minute' } },
      ],
      sections: [
        {
          id: 'projects',
          heading: 'Projects',
          actions: [],
          none: 'No project yet. A project owns clients; make the first one.',
          moreHref: state.nextHref(projects.next_cursor),
          csvHref: fileHref(visit, 'projects', 'listProjects'),
          table: {
            caption: 'Projects, newest first',
            columns: [{ label: 'Project' }, { label: 'Created' }, { label: '' }],
            rows: projects.data.map((project) => [
              { text: project.name, href: projectPath(slug, project.slug), detail: project.slug },
              { at: dateOf(project.created_at), as: 'day' as const },
              {
                actions: [
                  {
                    text: 'Clients',
                    about: `of ${project.name}`,
                    href: `${projectPath(slug, project.slug)}/clients`,
                  },
                ],
              },
            ]),
          },
        },
      ],
      grave: mayChange
        ? [
            {
              heading: 'Delete this organization',
              text: 'With its projects and roles; only while no project has clients.',
              action: { text: 'Delete', about: name, href: `${path}/delete`, isDangerous: true },
            },
          ]
        : [],
      notice: noticeOf(visit, NOTICES),
      curl: visit.curl('getOrganization'),
    },
  );
}
