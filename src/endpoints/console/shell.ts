import type { ConsoleShell } from '../../platform/console-page-models/console.js';
import type { LinkOnPage } from '../../platform/page-models/shared.js';
import type { Permission } from '../../tenancy/access/permissions.js';
import type { Level, TenantOverview } from '../../tenancy/access/tenant-overview.service.js';
import { OWN_SIGN_OUT } from '../sign-in/own-paths.js';
import type { SignedInPerson } from '../sign-in/own-session.js';
import { CONSOLE, organizationPath, projectPath } from './console-paths.js';

/** A page that the side navigation leads to, for those who have the permission. */
interface Entry {
  key: string;
  label: string;
  /** Below the path of the group. */
  path: string;
  permission: Permission;
  /** Only where the server is one on the developer's own computer. */
  onLocalhost?: true;
  /** Where the permission counts, when that is not the level of the group. */
  at?: Level;
}

const PROJECT: readonly Entry[] = [
  { key: 'home', label: 'Home', path: '', permission: 'clients.read' },
  { key: 'clients', label: 'Clients', path: '/clients', permission: 'clients.read' },
  {
    key: 'initial-access-tokens',
    label: 'Initial access tokens',
    path: '/initial-access-tokens',
    permission: 'clients.read',
  },
  { key: 'audit', label: 'Audit', path: '/audit', permission: 'audit.read' },
  { key: 'project-webhooks', label: 'Webhooks', path: '/webhooks', permission: 'tenants.read' },
  { key: 'project-members', label: 'Members', path: '/members', permission: 'tenants.read' },
  { key: 'project-settings', label: 'Settings', path: '/settings', permission: 'tenants.read' },
];
const ORGANIZATION: readonly Entry[] = [
  { key: 'organization', label: 'Projects', path: '', permission: 'tenants.visit' },
  { key: 'organization-members', label: 'Members', path: '/members', permission: 'tenants.read' },
  { key: 'organization-audit', label: 'Audit', path: '/audit', permission: 'audit.read' },
  { key: 'organization-webhooks', label: 'Webhooks', path: '/webhooks', permission: 'tenants.read' },
];
const INSTALLATION: readonly Entry[] = [
  {
    key: 'organizations',
    label: 'Organizations',
    path: '/organizations',
    permission: 'tenants.read',
    at: 'any role',
  },
  { key: 'accounts', label: 'Accounts', path: '/accounts', permission: 'accounts.read' },
  {
    key: 'catalogue',
    label: 'APIs and scopes',
    path: '/catalogue',
    permission: 'tenants.visit',
    at: 'any role',
  },
  { key: 'owners', label: 'Owners', path: '/members', permission: 'tenants.read' },
  { key: 'installation-audit', label: 'Audit', path: '/audit', permission: 'audit.read' },
  { key: 'installation-webhooks', label: 'Webhooks', path: '/webhooks', permission: 'tenants.read' },
  { key: 'keys', label: 'Keys', path: '/keys', permission: 'installation.read' },
  { key: 'jobs', label: 'Jobs and messages', path: '/jobs', permission: 'installation.read' },
  { key: 'settings', label: 'Settings', path: '/settings', permission: 'installation.read' },
  {
    key: 'mailbox',
    label: 'Development mailbox',
    path: '/mailbox',
    permission: 'accounts.write',
    onLocalhost: true,
  },
];

/** What the frame of a page shows: who the person is, where they are, and where they may go. */
export function shellOf(
  overview: TenantOverview,
  { account, csrf }: SignedInPerson,
  issuer: string,
  { section, crumbs }: { section: string; crumbs: LinkOnPage[] },
): ConsoleShell {
  const { organization, project } = overview;
  const name = account.profile.name ?? account.email;
  const place = placeOf(overview);
  return {
    person: { name, email: account.email, initials: initialsOf(name), role: roleText(overview) },
    csrf,
    signOutAction: OWN_SIGN_OUT,
    isLocalhost: issuer.startsWith('http:'),
    place,
    switcher: overview.organizations.map((org) => ({
      name: org.name,
      href: organizationPath(org.slug),
      isCurrent: org.id === organization?.id && !project,
      projects: org.projects.map(({ id, slug, name: label }) => ({
        label,
        href: projectPath(org.slug, slug),
        isCurrent: id === project?.id,
      })),
    })),
    organizationsHref: `${CONSOLE}/organizations`,
    navigation: [
      ...(organization && project
        ? [group(overview, project.name, 'project', projectPath(organization.slug, project.slug), PROJECT)]
        : []),
      ...(organization
        ? [
            group(
              overview,
              organization.name,
              'organization',
              organizationPath(organization.slug),
              ORGANIZATION,
            ),
          ]
        : []),
      group(
        overview,
        'Installation',
        'installation',
        CONSOLE,
        INSTALLATION.filter(({ onLocalhost }) => !onLocalhost || issuer.startsWith('http:')),
      ),
      {
        heading: 'For programs',
        entries: [{ key: 'reference', label: 'API reference', href: `${CONSOLE}/reference` }],
      },
    ].filter(({ entries }) => entries.length > 0),
    section,
    crumbs: [...crumbsOf(overview), ...crumbs],
  };
}

function group(
  overview: TenantOverview,
  heading: string,
  level: Level,
  base: string,
  entries: readonly Entry[],
): ConsoleShell['navigation'][number] {
  const allowed = entries.filter(({ at = level, permission }) => overview.can(permission, at));
  return { heading, entries: allowed.map(({ key, label, path }) => ({ key, label, href: base + path })) };
}

function placeOf({ organization, project }: TenantOverview): ConsoleShell['place'] {
  if (organization && project) return { organization: organization.name, name: project.name };
  return { organization: undefined, name: organization?.name ?? 'Installation' };
}

function crumbsOf({ organization, project }: TenantOverview): LinkOnPage[] {
  return [
    ...(organization ? [{ label: organization.name, href: organizationPath(organization.slug) }] : []),
    ...(organization && project
      ? [{ label: project.name, href: projectPath(organization.slug, project.slug) }]
      : []),
  ];
}

function roleText({ organization, role }: TenantOverview): string {
  if (role === 'installation') return 'owner of the installation';
  return `${role ?? 'no role'}${organization ? ` in ${organization.name}` : ''}`;
}

function initialsOf(name: string): string {
  const words = name.split(/[\s@.]+/).filter(Boolean);
  return words
    .slice(0, 2)
    .map((word) => [...word][0]?.toUpperCase() ?? '')
    .join('');
}
