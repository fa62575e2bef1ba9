import { interactionPolicy } from 'oidc-provider';
import { hasType, invalidDetails, requestedDetails } from './check-details.js';
import { grantedOf } from './granted-details.js';

const { Check } = interactionPolicy;

/**
 * Asks the person about details that they did not allow before, exactly so; of first-party clients, too. It replaces the
 * engine's check, which asks each time. A client that lost a type since the request began must not get details of it.
 */
export const detailsConsent = new Check(
  'rar_prompt',
  'authorization_details were not allowed before',
  'consent_required',
  (ctx) => {
    const { client, grant } = ctx.oidc;
    const details = requestedDetails(ctx);
    const lost = details.find(({ type }) => !client || !hasType(client, type));
    if (lost) throw invalidDetails(`the client does not have the type '${lost.type}' any more`);
    return grantedOf(details, grant).length < details.length;
  },
);
