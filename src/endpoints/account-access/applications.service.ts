import type { GrantedAccess } from '../../identity/grants/grants.service.js';
import type { ApplicationOnPage } from '../../platform/page-models/account.js';
import type { ClientPagesService } from '../../registry/clients/client-pages.service.js';
import type { DetailsTypesService } from '../../registry/authorization-details/details-types.service.js';
import type { ScopesService } from '../../registry/scopes/scopes.service.js';
import type { AccountAccessService } from '../../tenancy/account-admin/account-access.service.js';
import { nameOfClaim } from '../interactions/consent.js';
import { detailsOnPage } from '../interactions/details-on-page.js';
import { groupByApi } from '../interactions/scope-groups.js';

const MONTH = 30 * 86_400_000;
const UNUSED_MONTHS = 6;

/** What a person allowed applications, in the words of the consent page. */
export class ApplicationsService {
  constructor(
    private readonly access: Pick<AccountAccessService, 'grants'>,
    private readonly clients: Pick<ClientPagesService, 'consentView' | 'names'>,
    private readonly scopes: Pick<ScopesService, 'describe'>,
    private readonly detailsTypes: Pick<DetailsTypesService, 'describe'>,
  ) {}

  /** Last used first. */
  async list(accountId: string): Promise<ApplicationOnPage[]> {
    const grants = await this.access.grants(accountId);
    const names = new Set(grants.flatMap(namesOf));
    const types = new Set(
      grants.flatMap(({ authorizationDetails }) => authorizationDetails.map(({ type }) => type)),
    );
    const [described, ofDetails] = await Promise.all([
      this.scopes.describe([...names]),
      types.size === 0 ? [] : this.detailsTypes.describe([...types]),
    ]);
    const shown = await Promise.all(
      grants.map(async (grant): Promise<ApplicationOnPage[]> => {
        const view = await this.clients.consentView(grant.clientId);
        if (!view) return [];
        const choices = namesOf(grant).map((name) => ({ name, optional: false, ticked: true }));
        const { allowedAt, lastUsedAt, offline } = grant;
        const groups = groupByApi(choices, described);
        const months = Math.floor((Date.now() - lastUsedAt.getTime()) / MONTH);
        const unusedMonths = months >= UNUSED_MONTHS ? months : undefined;
        const details = detailsOnPage(grant.authorizationDetails, ofDetails);
        return [{ client: view.client, groups, details, allowedAt, lastUsedAt, unusedMonths, offline }];
      }),
    );
    return shown.flat();
  }

  /** The names of applications, by client_id; those that are deleted, and our own pages, are left out. */
  names(clientIds: readonly (string | null)[]): Promise<Map<string, string>> {
    return this.clients.names(clientIds.flatMap((clientId) => clientId ?? []));
  }
}

function namesOf({ scopes, claims, resources }: GrantedAccess): string[] {
  return [...new Set([...scopes, ...claims.map(nameOfClaim), ...Object.values(resources).flat()])];
}
