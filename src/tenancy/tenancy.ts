import type { Identity } from '../identity/identity.js';
import type { Platform } from '../platform/platform.js';
import { AccountAccessService } from './account-admin/account-access.service.js';
import { AccountLifecycleService } from './account-admin/account-lifecycle.service.js';
import { AccountAdminService } from './account-admin/account-admin.service.js';
import { AccessRepository } from './access/access.repository.js';
import { AccessService } from './access/access.service.js';
import { TenantOverviewRepository } from './access/tenant-overview.repository.js';
import { TenantOverviewService } from './access/tenant-overview.service.js';
import { AuditNamesRepository } from './audit/audit-names.repository.js';
import { AuditNamesService } from './audit/audit-names.service.js';
import { AuditRepository } from './audit/audit.repository.js';
import { AuditService } from './audit/audit.service.js';
import { AuthorizingAccountsRepository } from './authorizing-accounts/authorizing-accounts.repository.js';
import { AuthorizingAccountsService } from './authorizing-accounts/authorizing-accounts.service.js';
import { InstallationRepository } from './installation/installation.repository.js';
import { InstallationService } from './installation/installation.service.js';
import { InvitationsRepository } from './invitations/invitations.repository.js';
import { InvitationsService } from './invitations/invitations.service.js';
import { MembersRepository } from './members/members.repository.js';
import { type MemberClients, MembersService } from './members/members.service.js';
import { RolesOfAccountsService } from './members/roles-of-accounts.service.js';
import { OrganizationsRepository } from './organizations/organizations.repository.js';
import { OrganizationsService } from './organizations/organizations.service.js';
import { OwnerNoticesRepository } from './owner-notices/owner-notices.repository.js';
import { OwnerNoticesService } from './owner-notices/owner-notices.service.js';
import { ProjectsRepository } from './projects/projects.repository.js';
import { ProjectsService } from './projects/projects.service.js';
import { TenantsRepository } from './tenants/tenants.repository.js';
import { TenantsService } from './tenants/tenants.service.js';
import { WebhookEventsService } from './webhooks/webhook-events.service.js';
import { WebhookDeliveriesRepository } from './webhooks/webhook-deliveries.repository.js';
import { WebhookDeliveriesService } from './webhooks/webhook-deliveries.service.js';
import { WebhooksRepository } from './webhooks/webhooks.repository.js';
import { WebhooksService } from './webhooks/webhooks.service.js';

/** The audit trail, which the services about people write to as well. */
export function makeAudit({ database, outbox }: Platform): AuditService {
  const webhooks = new WebhookEventsService(new WebhookDeliveriesRepository(database), outbox);
  return new AuditService(new AuditRepository(database), (tx, event) => webhooks.publish(tx, event));
}

/** The services about organizations and who may do what in them. */
export function makeTenancy(platform: Platform, identity: Identity, audit: AuditService) {
  const { database, mail, settings } = platform;
  const { accounts, passwords } = identity;
  const tenants = new TenantsService(new TenantsRepository(database));
  const roles = new RolesOfAccountsService(new MembersRepository(database));
  const ownerNotices = new OwnerNoticesService(mail, new OwnerNoticesRepository());
  const ofAccounts = { ...identity, database, events: identity.accountEvents, roles };
  const deliveries = new WebhookDeliveriesRepository(database);
  const access = new AccessService(new AccessRepository(database));
  const webhooks = new WebhooksService({
    ...platform,
    repository: new WebhooksRepository(database),
    audit,
    isLocal: settings.issuer.startsWith('http:'),
  });
  const webhookDeliveries = new WebhookDeliveriesService({
    ...platform,
    repository: deliveries,
    webhooks,
    audit,
  });
  return {
    audit,
    auditNames: new AuditNamesService(new AuditNamesRepository(database), access),
    tenants,
    webhooks,
    webhookDeliveries,
    installation: new InstallationService({
      ...platform,
      repository: new InstallationRepository(database),
      audit,
      ownerNotices,
      webhookDeliveries,
    }),
    accountAccess: new AccountAccessService(ofAccounts),
    accountLifecycle: new AccountLifecycleService(ofAccounts),
    accountAdmin: new AccountAdminService(
      database,
      accounts,
      passwords,
      audit,
      identity.notices,
      identity.oneTimeCodes,
    ),
    organizations: new OrganizationsService(database, new OrganizationsRepository(database), audit),
    projects: new ProjectsService({ database, repository: new ProjectsRepository(database), tenants, audit }),
    access,
    authorizingAccounts: new AuthorizingAccountsService(new AuthorizingAccountsRepository(database)),
    tenantOverview: new TenantOverviewService(new TenantOverviewRepository(database)),
    /** The registry, which is above, says where clients belong. */
    makeMembers: (clients: MemberClients) =>
      new MembersService({
        database,
        repository: new MembersRepository(database),
        accounts,
        clients,
        tenants,
        audit,
        ownerNotices,
        issuers: settings.adminIssuers.map(({ issuer }) => issuer),
      }),
    makeInvitations: (members: MembersService) =>
      new InvitationsService({
        ...identity,
        database,
        repository: new InvitationsRepository(database),
        mail,
        members,
        tenants,
        audit,
      }),
  };
}

export type Tenancy = ReturnType<typeof makeTenancy>;
