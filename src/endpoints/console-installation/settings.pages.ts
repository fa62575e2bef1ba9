import type * as z from 'zod';
import { minuteText } from '../../platform/pages/dates.js';
import type { installationResponse, settingList } from '../../tenancy/installation/installation.schema.js';
import type { ConsolePage } from '../console/console-page.js';
import { CONSOLE } from '../console/console-paths.js';
import type { Visit } from '../console/visit.js';

const SETTINGS = `${CONSOLE}/settings`;

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
  const groups = [...new Set(settings.data.map(({ group }) => group))];
  const latest = schema.latest_at === null ? '' : `, ${minuteText(new Date(schema.latest_at))}`;
  visit.show(
    'console/settings',
    { section: 'settings', crumbs: [{ label: 'Settings', href: SETTINGS }] },
    {
      warnings: about.warnings,
      groups: groups.map((name) => ({
        id: name.toLowerCase().replaceAll(/\W+/g, '-'),
        name,
        settings: settings.data.flatMap((setting) =>
          setting.group === name
            ? [{ name: setting.name, value: setting.value, isDefault: setting.source === 'default' }]
            : [],
        ),
      })),
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
