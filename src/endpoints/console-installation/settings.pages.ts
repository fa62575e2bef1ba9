import type * as z from 'zod';
import type { SettingsModel } from '../../platform/console-page-models/installation.js';
import { minuteText } from '../../platform/pages/dates.js';
import type { installationResponse, settingList } from '../../tenancy/installation/installation.schema.js';
import { type Filter, type ListState, listState } from '../console-records/list-parts.js';
import type { ConsolePage } from '../console/console-page.js';
import { CONSOLE } from '../console/console-paths.js';
import type { Visit } from '../console/visit.js';

const SETTINGS = `${CONSOLE}/settings`;
const FILTERS: readonly Filter[] = [
  { name: 'text', label: 'Name or value' },
  {
    name: 'source',
    label: 'Source',
    options: [
      { value: '', text: 'Any' },
      { value: 'environment', text: 'Environment' },
      { value: 'default', text: 'Default' },
    ],
  },
];

type Setting = z.infer<typeof settingList>['data'][number];

/** What is in effect, and which versions run. */
export const settingsPages: readonly ConsolePage[] = [
  {
    method: 'get',
    path: SETTINGS,
    operation: 'listSettings',
    answer: (visit) => (visit.wantsCsv ? visit.sendCsv('listSettings', {}, 'settings') : showSettings(visit)),
  },
];

async function showSettings(visit: Visit): Promise<void> {
  const [{ body: settings }, { body: about }] = await Promise.all([
    visit.call<z.infer<typeof settingList>>('listSettings'),
    visit.call<z.infer<typeof installationResponse>>('getInstallation'),
  ]);
  const { schema } = about;
  const state = listState(visit, FILTERS, SETTINGS);
  const latest = schema.latest_at === null ? '' : `, ${minuteText(new Date(schema.latest_at))}`;
  visit.show(
    'console/settings',
    { section: 'settings', crumbs: [{ label: 'Settings', href: SETTINGS }] },
    {
      warnings: about.warnings,
      listHref: SETTINGS,
      filters: state.filters,
      isFiltered: state.isFiltered,
      groups: groupsOf(visit, settings.data, state),
      facts: [
        { name: 'Postern', value: about.version },
        { name: 'Node.js', value: about.node },
        { name: 'PostgreSQL', value: schema.postgres },
        {
          name: 'Migrations',
          value: `${String(schema.applied)}, the latest ${schema.latest ?? 'none'}${latest}`,
        },
        { name: 'Processes of a node', value: String(about.workers) },
        { name: 'Mail', value: about.mail },
      ],
      pendingMigrations: schema.pending,
      csvHref: `${SETTINGS}?format=csv`,
      curl: visit.curl('listSettings'),
    },
  );
}

/** The groups with the settings that the filters leave; open are all of them then, else the one that was asked for. */
function groupsOf(
  visit: Visit,
  settings: readonly Setting[],
  { given, isFiltered }: ListState,
): SettingsModel['groups'] {
  const text = (given.get('text') ?? '').toLowerCase();
  const source = given.get('source');
  const shown = settings.filter(
    (setting) =>
      (source === undefined || setting.source === source) &&
      `${setting.name} ${setting.group} ${setting.value ?? ''}`.toLowerCase().includes(text),
  );
  return [...new Set(shown.map(({ group }) => group))].map((name) => {
    const id = name.toLowerCase().replaceAll(/\W+/g, '-');
    const own = shown.filter(({ group }) => group === name);
    return {
      id,
      name,
      href: `${SETTINGS}?${new URLSearchParams({ open: id }).toString()}#${id}`,
      isOpen: isFiltered || visit.query.get('open') === id,
      settings: own.map((setting) => ({
        name: setting.name,
        value: setting.value,
        isDefault: setting.source === 'default',
      })),
    };
  });
}
