import { pageResponse } from '../../platform/paging/page-response.js';
import { PAGE, pageRequestOf } from '../../platform/paging/query.js';
import { toSnake } from '../../platform/wire/snake-case.js';
import type { AccessService } from '../access/access.service.js';
import { type Authorization, type Operation, recordId } from '../operations/operation.js';
import { ADMIN_API, ORGANIZATION, PROJECT } from '../operations/paths.js';
import { routeGroup } from '../operations/route-group.js';
import { INSTALLATION_TENANT } from '../tenants/tenant.js';
import { addedMemberResponse, memberPage, memberResponse } from './member-response.schema.js';
import {
  installationMemberPatch,
  memberPatch,
  newInstallationMember,
  newMember,
} from './member-request.schema.js';
import type { Member, MembersService } from './members.service.js';

/** What the routes of members need. `issuer` is the origin of the URLs in responses. */
export interface MemberRoutesDependencies {
  issuer: string;
  access: AccessService;
  members: MembersService;
}

const MAX_BYTES = 16 * 1024;
const OWNERLESS = 'The installation would be left without an owner.';

const common = {
  tag: {
    name: 'members',
    description: 'Who has which role in the installation, an organization or a project.',
  },
  record: recordId('member', { parameter: 'member', description: 'The id of the membership.' }),
} as const;

/** The memberships of the installation, of organizations and of projects. */
export const memberRoutes = [
  membersOf('Installation', 'the installation', ADMIN_API, 'installation'),
  membersOf('Organization', 'an organization', ORGANIZATION, 'organization'),
  membersOf('Project', 'a project', PROJECT, 'project'),
];

function membersOf(
  level: string,
  tenant: string,
  base: string,
  at: Exclude<Authorization['at'], 'any role'>,
) {
  const path = `${base}/members`;
  const { record, ...all } = { ...common, authorization: { permission: 'tenants.read', at } as const };
  const one = { ...all, record, path: `${path}/:member` };
  const operations = {
    list: {
      ...all,
      id: `list${level}Members`,
      method: 'get',
      path,
      summary: `List who has a role in ${tenant} itself, newest first.`,
      query: PAGE,
      status: 200,
      response: memberPage,
    },
    add: {
      ...all,
      id: `add${level}Member`,
      freshSignIn: true,
      method: 'post',
      path,
      summary: `Give a role in ${tenant}.`,
      authorization: { permission: 'tenants.write', at },
      request: { schema: at === 'installation' ? newInstallationMember : newMember, maxBytes: MAX_BYTES },
      status: 201,
      response: addedMemberResponse,
      conflict: 'The subject has a role there already, or is a client with an old secret: see rotate_secret.',
    },
    get: {
      ...one,
      id: `get${level}Member`,
      method: 'get',
      summary: `Read a membership in ${tenant}.`,
      status: 200,
      response: memberResponse,
    },
    update: {
      ...one,
      id: `update${level}Member`,
      freshSignIn: true,
      method: 'patch',
      summary: `Change a role in ${tenant}.`,
      authorization: { permission: 'tenants.write', at },
      request: { schema: at === 'installation' ? installationMemberPatch : memberPatch, maxBytes: MAX_BYTES },
      status: 200,
      response: memberResponse,
      conflict: OWNERLESS,
    },
    remove: {
      ...one,
      id: `remove${level}Member`,
      freshSignIn: true,
      method: 'delete',
      summary: `Take a role in ${tenant} away.`,
      authorization: { permission: 'tenants.write', at },
      status: 204,
      conflict: OWNERLESS,
    },
  } satisfies Record<string, Operation>;

  return routeGroup(operations, ({ access, issuer, members }: MemberRoutesDependencies) => {
    const toWire = (record: Member) => ({ ...toSnake(record), url: urlOf(issuer, record) });
    return {
      list: async ({ tenant, query }) => {
        const { limit, cursor } = pageRequestOf(query);
        return { body: pageResponse(await members.list(tenant, limit, cursor), toWire) };
      },
      add: async ({ actor, caller, tenant, body }) => {
        const knowsAccounts = await access.may(caller, INSTALLATION_TENANT, 'accounts.read');
        const { member, clientSecret } = await members.add(actor, tenant, body, { knowsAccounts });
        const secret = clientSecret === undefined ? {} : { client_secret: clientSecret };
        return { body: { ...toWire(member), ...secret } };
      },
      get: async ({ tenant, key }) => ({ body: toWire(await members.get(tenant, key)) }),
      update: async ({ actor, tenant, key, body }) => ({
        body: toWire(await members.update(actor, tenant, key, body)),
      }),
      remove: async ({ actor, tenant, key }) => {
        await members.remove(actor, tenant, key);
        return {};
      },
    };
  });
}

function urlOf(issuer: string, { id, orgId, projectId }: Member): string {
  const org = orgId === null ? '' : `/orgs/${orgId}`;
  const project = projectId === null ? '' : `/projects/${projectId}`;
  return `${issuer}/admin/v1${org}${project}/members/${id}`;
}
