import { AppError, notFound } from '../../platform/errors/errors.js';
import { type Query, type QueryValues, readParameters } from '../../platform/paging/query.js';
import type { IfMatch } from '../../platform/wire/record-version.js';
import type { AccessService } from '../access/access.service.js';
import type { Caller } from '../access/caller.js';
import type { Actor } from '../audit/audit.service.js';
import type { InstallationTenant, OrganizationTenant, ProjectTenant } from '../tenants/tenant.js';
import { requireFreshSignIn } from '../admin-tokens/fresh-sign-in.js';
import { type Authorization, honoursIfMatch, type Operation, type RecordKey } from './operation.js';

/** A request for an operation, before it is authorized and read: from HTTP, or from a page of the console. */
export interface GivenRequest {
  actor: Actor;
  caller: Caller;
  /** The parameters of the path. */
  params: Readonly<Record<string, string | undefined>>;
  query: Query;
  /** Called once the request is authorized, if the operation has a body. */
  body: () => Promise<Record<string, unknown>>;
  /** Called where something is changed. */
  ifMatch: () => IfMatch | undefined;
}

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
 * have; and as `readParameters` and the functions of the given request do.
 */
export async function readAdminRequest<O extends Operation>(
  access: AccessService,
  operation: O,
  given: GivenRequest,
): Promise<AdminRequest<O>> {
  const { authorization, parent, record, request } = operation;
  const { actor, caller } = given;
  const tenant = await authorize(access, authorization, given);
  if (authorization?.also)
    await authorize(access, { ...authorization, permission: authorization.also }, given);
  const key = keyOf(record, given);
  const parentKey = keyOf(parent, given);
  if (authorization?.changesClient) await access.authorizeClientChange(caller, tenant as ProjectTenant, key);
  if (operation.freshSignIn) await requireFreshSignIn(caller);
  const query = operation.query ? readParameters(given.query, operation.query) : {};
  const body = request ? await given.body() : {};
  const read = {
    actor,
    caller,
    tenant,
    key,
    parentKey,
    query,
    body,
    ifMatch: conditionOf(operation, given),
  };
  return read as AdminRequest<O>;
}

/** Throws AppError `malformed` for a condition that a change could not keep. */
function conditionOf(operation: Operation, { ifMatch }: GivenRequest): IfMatch | undefined {
  if (operation.method === 'get') return undefined;
  const condition = ifMatch();
  if (honoursIfMatch(operation) || condition === undefined) return condition;
  throw new AppError(
    'malformed',
    'What this changes has no version: leave If-Match out. Nothing was changed.',
  );
}

function keyOf(record: RecordKey | undefined, { params }: GivenRequest): string {
  const key = record ? record.parse(params[record.parameter] ?? '') : '';
  if (key === undefined) throw notFound(record?.noun ?? 'resource');
  return key;
}

async function authorize(
  access: AccessService,
  authorization: Authorization | undefined,
  given: GivenRequest,
) {
  if (!authorization) return undefined;
  const { caller } = given;
  const { org = '', project = '' } = given.params;
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
