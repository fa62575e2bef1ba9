import { ORGANIZATION, PROJECT } from '../../tenancy/access/admin-paths.js';
import type { Need, Operation } from './operation.js';
import { PAGE } from './parameters.js';
import { template } from './template.js';

/** Members of each of the three levels. */
export const memberOperations: Operation[] = [
  ...membersOf('Installation', 'the installation', '/admin/v1/members', 'installation'),
  ...membersOf('Organization', 'an organization', `${ORGANIZATION}/members`, 'place'),
  ...membersOf('Project', 'a project', `${PROJECT}/members`, 'place'),
];

function membersOf(level: string, place: string, route: string, at: Need['at']): Operation[] {
  const tag = 'members' as const;
  const path = template(route);
  const read: Need = { permission: 'tenants.read', at };
  const write: Need = { permission: 'tenants.write', at };
  const ownerless = 'The installation would be left without an owner.';
  return [
    {
      id: `list${level}Members`,
      tag,
      method: 'get',
      path,
      summary: `List who has a role in ${place} itself, newest first.`,
      need: read,
      query: PAGE,
      status: 200,
      answer: 'MemberPage',
    },
    {
      id: `add${level}Member`,
      tag,
      method: 'post',
      path,
      summary: `Give somebody a role in ${place}.`,
      need: write,
      body: 'NewMember',
      status: 201,
      answer: 'Member',
      conflict: 'The subject has a role there already.',
    },
    {
      id: `get${level}Member`,
      tag,
      method: 'get',
      path: `${path}/{member}`,
      summary: `Read a membership in ${place}.`,
      need: read,
      status: 200,
      answer: 'Member',
    },
    {
      id: `update${level}Member`,
      tag,
      method: 'patch',
      path: `${path}/{member}`,
      summary: `Change somebody’s role in ${place}.`,
      need: write,
      body: 'MemberPatch',
      status: 200,
      answer: 'Member',
      conflict: ownerless,
    },
    {
      id: `remove${level}Member`,
      tag,
      method: 'delete',
      path: `${path}/{member}`,
      summary: `Take somebody’s role in ${place} away.`,
      need: write,
      status: 204,
      conflict: ownerless,
    },
  ];
}
