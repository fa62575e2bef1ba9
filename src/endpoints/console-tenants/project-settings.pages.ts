import { confirmationPages } from '../console-records/confirmation.pages.js';
import { dateOf, noticeOf } from '../console-records/list-parts.js';
import { recordFormPages } from '../console-records/record-form.pages.js';
import type { ConsolePage } from '../console/console-page.js';
import { organizationPath, PROJECT_PAGES, projectPath } from '../console/console-paths.js';
import type { Visit } from '../console/visit.js';
import { type ProjectWire, TENANT_FIELDS } from './tenant-wire.js';

const SECTION = 'project-settings';
const SETTINGS = `${PROJECT_PAGES}/settings`;
const pathOf = (visit: Visit) => `${visit.home}/settings`;
const crumbsOf = (visit: Visit, ...more: string[]) =>
  ['Settings', ...more].map((label) => ({ label, href: pathOf(visit) }));

/** A project's own record, and its end. */
export const projectSettingsPages: readonly ConsolePage[] = [
  { method: 'get', path: SETTINGS, operation: 'getProject', answer: showProject },
  ...recordFormPages({
    path: `${SETTINGS}/edit`,
    operation: 'updateProject',
    fields: () => TENANT_FIELDS,
    record: (visit) => visit.call<ProjectWire>('getProject'),
    words: (visit, record) => ({
      heading: `Edit ${(record as ProjectWire).name}`,
      lead: 'What operators see of the project.',
      button: 'Save',
      section: SECTION,
      crumbs: crumbsOf(visit, 'Edit'),
      cancelHref: pathOf(visit),
      notes: [
        'Another slug changes the addresses of its pages, and the paths of the admin API that name it.',
      ],
    }),
    done: (visit, { slug }) => {
      visit.redirect(`${projectPath(visit.param('org'), String(slug))}/settings?done=saved`);
    },
  }),
  ...confirmationPages({
    path: `${SETTINGS}/delete`,
    operation: 'deleteProject',
    isDangerous: true,
    words: async (visit) => {
      const { body } = await visit.call<ProjectWire>('getProject');
      return {
        heading: `Delete ${body.name}?`,
        text: 'Every role in it is deleted for good. That is possible only while it has no clients.',
        button: 'Delete this project',
        section: SECTION,
        crumbs: crumbsOf(visit, 'Delete'),
        keepHref: pathOf(visit),
        typed: body.slug,
      };
    },
    doneHref: (visit) => `${organizationPath(visit.param('org'))}?done=project-deleted`,
  }),
];

async function showProject(visit: Visit): Promise<void> {
  const { body: project } = await visit.call<ProjectWire>('getProject');
  const { created_at, id, name, slug, updated_at } = project;
  const path = pathOf(visit);
  const mayChange = visit.canCall('updateProject');
  visit.show(
    'console/record',
    { section: SECTION, crumbs: crumbsOf(visit) },
    {
      heading: name,
      badges: [],
      key: { value: id, what: `project id ${id}` },
      lead: slug,
      actions: mayChange ? [{ label: 'Edit', href: `${path}/edit` }] : [],
      facts: [
        { name: 'Created', cell: { at: dateOf(created_at), as: 'minute' } },
        { name: 'Last changed', cell: { at: dateOf(updated_at), as: 'minute' } },
      ],
      sections: [],
      grave: mayChange
        ? [
            {
              heading: 'Delete this project',
              text: 'With the roles in it; only while it has no clients.',
              action: { text: 'Delete', about: name, href: `${path}/delete`, isDangerous: true },
            },
          ]
        : [],
      notice: noticeOf(visit, { saved: 'Saved.' }),
      curl: visit.curl('getProject'),
    },
  );
}
