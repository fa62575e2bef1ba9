import { CONSOLE, ORGANIZATION_PAGES, PROJECT_PAGES } from '../console/console-paths.js';
import type { Visit } from '../console/visit.js';

/** Where roles are given: in the installation, an organization or a project. */
export interface MemberLevel {
  /** As the operations of the admin API are called. */
  name: 'Installation' | 'Organization' | 'Project';
  /** The path of the level's pages, as the router writes it. */
  base: string;
  /** The entry of the navigation. */
  section: string;
  /** What the list is called. */
  heading: string;
  lead: string;
  roles: readonly { value: string; text: string }[];
}

const ROLES = [
  { value: 'member', text: 'member: uses private clients; sees nothing here' },
  { value: 'viewer', text: 'viewer: sees everything' },
  { value: 'admin', text: 'admin: also changes clients' },
  { value: 'owner', text: 'owner: also changes settings and roles' },
];

/** The three levels. */
export const MEMBER_LEVELS: readonly MemberLevel[] = [
  {
    name: 'Installation',
    base: CONSOLE,
    section: 'owners',
    heading: 'Owners',
    lead: 'Who may do everything in the whole installation.',
    roles: [{ value: 'owner', text: 'owner: everything' }],
  },
  {
    name: 'Organization',
    base: ORGANIZATION_PAGES,
    section: 'organization-members',
    heading: 'Members',
    lead: 'Who has a role in the organization, and so in each of its projects.',
    roles: ROLES,
  },
  {
    name: 'Project',
    base: PROJECT_PAGES,
    section: 'project-members',
    heading: 'Members',
    lead: 'Who has a role in this project alone. Roles of the organization count here, too.',
    roles: ROLES,
  },
];

/** The path of the page of members. */
export function membersPath(visit: Visit): string {
  return `${visit.home}/members`;
}

/** The way to a page about members. */
export function memberCrumbs(visit: Visit, { heading }: MemberLevel, ...more: string[]) {
  return [heading, ...more].map((label) => ({ label, href: membersPath(visit) }));
}
