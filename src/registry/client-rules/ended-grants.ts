import { isWider } from '../../tenancy/access/delegation.js';
import { losesExchange } from '../client-exchange/lost-exchange.js';
import type { ClientRecord, ClientSettings } from '../client-record/client-record.js';
import { changesSubjects } from '../client-subjects/sector.js';

type Settings = ClientSettings & Pick<ClientRecord, 'adminReach'>;

/**
 * Whether a change ends all grants and tokens of the client: they may have scopes or authorization details that it lost,
 * were consented to for less, or name people by subjects that it does not have any more.
 */
export function endsGrants(before: Settings, after: Settings): boolean {
  return (
    before.scopes.some((scope) => !after.scopes.includes(scope)) ||
    before.authorizationDetailsTypes.some((type) => !after.authorizationDetailsTypes.includes(type)) ||
    isWider(after.adminReach, before.adminReach) ||
    losesExchange(before, after) ||
    (before.firstParty && !after.firstParty) ||
    changesSubjects(before, after)
  );
}
