import type { RouterMiddleware } from '@koa/router';
import { notFound } from '../../platform/errors/errors.js';
import { ifMatch } from '../../platform/http/entity-tags.js';
import { readJson } from '../../platform/http/body.js';
import { type QueryValues, readParameters } from '../../platform/paging/query.js';
import type { IfMatch } from '../../platform/wire/record-version.js';
import type { AccessService } from '../access/access.service.js';
import type { Caller } from '../access/caller.js';
import type { AdminState } from '../admin-tokens/require-admin-token.js';
import type { Actor } from '../audit/audit.service.js';
import type { InstallationTenant, OrganizationTenant, ProjectTenant } from '../tenants/tenant.js';
import { mediaTypesOf, type Operation, honoursIfMatch, type RecordKey } from './operation.js';

export type AdminContext = Parameters<RouterMiddleware<AdminState>>[0];

interface TenantAt {
  project: ProjectTenant;
  organization: OrganizationTenant;
  installation: InstallationTenant;
  'any role': undefined;
}
type TenantOf<O extends Operation> = O extends { authorization: { at: infer At extends keyof TenantAt } }
  ? TenantAt[At]
  : undefined;
type QueryOf<O extends Operation> = O extends { query: infer Parameters } ? QueryValues<Parameters> : object;

/** An authorized request, read as its operation declares. */
export interface AdminRequest<O extends Operation> {
  actor: Actor;
  caller: Caller;
  /** The tenant that the caller has the permission in. */
  tenant: TenantOf<O>;
  /** The key of the record that the path names; empty when it names none. */
  key: string;
  /** The key of the record that it belongs to, where the operation declares one. */
  parentKey: string;
  /** The parameters of the query string that were sent. */
  query: QueryOf<O>;
  /** Empty when the operation has none. */
  body: Record<string, unknown>;
  /** The versions in If-Match; undefined when every version will do. */
  ifMatch: IfMatch | undefined;
}

/**
 * Authorizes a request, then reads it. Throws as `AccessService` does; AppError `not_found` for a key that no record can
 * have; and as `readParameters`, `readJson` and `ifMatch` do.
 */
export async function readAdminRequest<O extends Operation>(
  access: AccessService,
  operation: O,
  ctx: AdminContext,
): Promise<AdminRequest<O>> {
  const { authorization, parent, record, request } = operation;
  const { actor, caller } = ctx.state;
  const tenant = await authorize(access, operation, ctx);
  const key = keyOf(record, ctx);
  const parentKey = keyOf(parent, ctx);
  if (authorization?.changesClient) await access.authorizeClientChange(caller, tenant as ProjectTenant, key);
  const query = operation.query ? readParameters(ctx.query, operation.query) : {};
  const body = request ? await readJson(ctx, request.maxBytes, mediaTypesOf(operation)) : {};
  const read = {
    actor,
    caller,
    tenant,
    key,
    parentKey,
    query,
    body,
    ifMatch: honoursIfMatch(operation) ? ifMatch(ctx) : undefined,
  };
  return read as AdminRequest<O>;
}

function keyOf(record: RecordKey | undefined, ctx: AdminContext): string {
  const key = record ? record.parse(ctx.params[record.parameter] ?? '') : '';
  if (key === undefined) throw notFound(record?.noun ?? 'resource');
  return key;
}

async function authorize(access: AccessService, { authorization }: Operation, ctx: AdminContext) {
  if (!authorization) return undefined;
  const { caller } = ctx.state;
  const { org = '', project = '' } = ctx.params;
  const { permission, at } = authorization;
  switch (at) {
    case 'project':
      return access.authorizeProject(caller, org, project, permission);
    case 'organization':
      return access.authorizeOrganization(caller, org, permission);
    case 'installation':
      return access.authorizeInstallation(caller, permission);
    case 'any role':
      access.authorizeAnyRole(caller, permission);
      return undefined;
  }
}
