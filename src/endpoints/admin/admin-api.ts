import { apiRoutes, type ApiRoutesDependencies } from '../../registry/apis/apis.routes.js';
import {
  detailsTypeRoutes,
  type DetailsTypeRoutesDependencies,
} from '../../registry/authorization-details/details-types.routes.js';
import { clientRoutes, type ClientRoutesDependencies } from '../../registry/clients/clients.routes.js';
import {
  clientUseRoutes,
  type ClientUseRoutesDependencies,
} from '../../registry/client-use/client-use.routes.js';
import { importRoutes, type ImportRoutesDependencies } from '../../registry/import/import.routes.js';
import {
  initialAccessTokenRoutes,
  type InitialAccessTokenRoutesDependencies,
} from '../../registry/initial-access-tokens/initial-access-tokens.routes.js';
import {
  projectOverviewRoutes,
  type ProjectOverviewRoutesDependencies,
} from '../../registry/project-overview/project-overview.routes.js';
import { scopeRoutes, type ScopeRoutesDependencies } from '../../registry/scopes/scopes.routes.js';
import {
  usageRoutes,
  type UsageRoutesDependencies,
} from '../../registry/usage-reports/usage-reports.routes.js';
import {
  type AccountAccessRoutesDependencies,
  accountAccessRoutes,
} from '../../tenancy/account-admin/account-access.routes.js';
import {
  type AccountRoutesDependencies,
  accountRoutes,
} from '../../tenancy/account-admin/accounts.routes.js';
import { auditRoutes, type AuditRoutesDependencies } from '../../tenancy/audit/audit.routes.js';
import {
  developmentMailboxRoutes,
  type DevelopmentMailboxRoutesDependencies,
} from '../../tenancy/development-mailbox/development-mailbox.routes.js';
import {
  installationRoutes,
  type InstallationRoutesDependencies,
} from '../../tenancy/installation/installation.routes.js';
import {
  type InvitationRoutesDependencies,
  invitationRoutes,
} from '../../tenancy/invitations/invitations.routes.js';
import { memberRoutes, type MemberRoutesDependencies } from '../../tenancy/members/members.routes.js';
import type { Callable, RouteGroup } from '../../tenancy/operations/route-group.js';
import {
  organizationRoutes,
  type OrganizationRoutesDependencies,
} from '../../tenancy/organizations/organizations.routes.js';
import { projectRoutes, type ProjectRoutesDependencies } from '../../tenancy/projects/projects.routes.js';

import { webhookRoutes, type WebhookRoutesDependencies } from '../../tenancy/webhooks/webhooks.routes.js';

/** The services behind the admin API, and the origin of its URLs. */
export type AdminApiDependencies = OrganizationRoutesDependencies &
  ProjectRoutesDependencies &
  MemberRoutesDependencies &
  InvitationRoutesDependencies &
  AccountRoutesDependencies &
  AccountAccessRoutesDependencies &
  ClientRoutesDependencies &
  ImportRoutesDependencies &
  InitialAccessTokenRoutesDependencies &
  ScopeRoutesDependencies &
  ApiRoutesDependencies &
  DetailsTypeRoutesDependencies &
  ClientUseRoutesDependencies &
  UsageRoutesDependencies &
  ProjectOverviewRoutesDependencies &
  AuditRoutesDependencies &
  WebhookRoutesDependencies &
  InstallationRoutesDependencies &
  DevelopmentMailboxRoutesDependencies;

/** Every operation of the admin API, in the order of the reference. The router and the OpenAPI document are made of this. */
export const ADMIN_API_ROUTES: readonly RouteGroup<AdminApiDependencies>[] = [
  organizationRoutes,
  projectRoutes,
  ...memberRoutes,
  ...invitationRoutes,
  accountRoutes,
  accountAccessRoutes,
  clientRoutes,
  importRoutes,
  initialAccessTokenRoutes,
  scopeRoutes,
  apiRoutes,
  detailsTypeRoutes,
  clientUseRoutes,
  usageRoutes,
  projectOverviewRoutes,
  auditRoutes,
  ...webhookRoutes,
  installationRoutes,
  developmentMailboxRoutes,
];

/** The operations of the admin API by their ids, for parts of this process that call them as a caller of the API would. */
export type AdminCalls = ReadonlyMap<string, Callable>;

/** Makes every operation callable. */
export function makeAdminCalls(dependencies: AdminApiDependencies): AdminCalls {
  const all = ADMIN_API_ROUTES.flatMap((group) => group.callables(dependencies));
  return new Map(all.map((callable) => [callable.operation.id, callable]));
}
