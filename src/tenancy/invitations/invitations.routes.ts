import { pageResponse } from '../../platform/paging/page-response.js';
import { PAGE, pageRequestOf } from '../../platform/paging/query.js';
import { toSnake } from '../../platform/wire/snake-case.js';
import type { AccessService } from '../access/access.service.js';
import { type Authorization, type Operation, recordId } from '../operations/operation.js';
import { ADMIN_API, ORGANIZATION, PROJECT } from '../operations/paths.js';
import { routeGroup } from '../operations/route-group.js';
import { invitationPage, invitationResponse, newInvitation } from './invitation.schema.js';
import type { Invitation, InvitationsService } from './invitations.service.js';

/** What the routes of invitations need. `issuer` is the origin of the URLs in responses. */
export interface InvitationRoutesDependencies {
  issuer: string;
  access: AccessService;
  invitations: InvitationsService;
}

const MAX_BYTES = 16 * 1024;
const CONFLICT = 'The address is invited already, or people cannot sign up at this installation.';

/** The invitations to the installation, to organizations and to projects. */
export const invitationRoutes = [
  invitationsOf('Installation', 'the installation', ADMIN_API, 'installation'),
  invitationsOf('Organization', 'an organization', ORGANIZATION, 'organization'),
  invitationsOf('Project', 'a project', PROJECT, 'project'),
];

function invitationsOf(
  level: string,
  tenant: string,
  base: string,
  at: Exclude<Authorization['at'], 'any role'>,
) {
  const path = `${base}/invitations`;
  const all = {
    tag: { name: 'invitations', description: 'People who are invited to a role by e-mail.' },
    authorization: { permission: 'tenants.read', at },
  } as const;
  const one = {
    ...all,
    record: recordId('invitation', { parameter: 'invitation', description: 'The id of the invitation.' }),
    path: `${path}/:invitation`,
  };
  const writing = { permission: 'tenants.write', at } as const;
  const operations = {
    list: {
      ...all,
      id: `list${level}Invitations`,
      method: 'get',
      path,
      summary: `List who is invited to ${tenant} itself and has not accepted, newest first.`,
      query: PAGE,
      status: 200,
      response: invitationPage,
    },
    create: {
      ...all,
      id: `create${level}Invitation`,
      freshSignIn: true,
      method: 'post',
      path,
      summary: `Invite a person to a role in ${tenant} by e-mail, with or without an account.`,
      authorization: writing,
      request: { schema: newInvitation, maxBytes: MAX_BYTES },
      status: 201,
      response: invitationResponse,
      conflict: CONFLICT,
    },
    get: {
      ...one,
      id: `get${level}Invitation`,
      method: 'get',
      summary: `Read an invitation to ${tenant}.`,
      status: 200,
      response: invitationResponse,
    },
    revoke: {
      ...one,
      id: `revoke${level}Invitation`,
      method: 'delete',
      summary: `Take an invitation to ${tenant} back.`,
      authorization: writing,
      status: 204,
    },
  } satisfies Record<string, Operation>;

  return routeGroup(operations, ({ issuer, invitations }: InvitationRoutesDependencies) => {
    const toWire = (record: Invitation) => ({ ...toSnake(record), url: urlOf(issuer, record) });
    return {
      list: async ({ tenant, query }) => {
        const { limit, cursor } = pageRequestOf(query);
        return { body: pageResponse(await invitations.list(tenant, limit, cursor), toWire) };
      },
      create: async ({ actor, tenant, body }) => ({
        body: toWire(await invitations.create(actor, tenant, body)),
      }),
      get: async ({ tenant, key }) => ({ body: toWire(await invitations.get(tenant, key)) }),
      revoke: async ({ actor, tenant, key }) => {
        await invitations.revoke(actor, tenant, key);
        return {};
      },
    };
  });
}

function urlOf(issuer: string, { id, orgId, projectId }: Invitation): string {
  const org = orgId === null ? '' : `/orgs/${orgId}`;
  const project = projectId === null ? '' : `/projects/${projectId}`;
  return `${issuer}${ADMIN_API}${org}${project}/invitations/${id}`;
}
