import { notFound } from '../../platform/errors/errors.js';
import { destinationOf } from '../../platform/pages/destination.js';
import { allScopes } from '../console-catalogue/catalogue.pages.js';
import { allApis } from '../console-catalogue/catalogue-wire.js';
import { CLIENT, type ClientDetails, clientPath } from '../console-clients/client-wire.js';
import type { ConsolePage } from '../console/console-page.js';
import { groupByApi } from '../interactions/scope-groups.js';

/** The consent page of a client, as people see it when it asks for all that it may ask for. */
export const clientConsentPages: readonly ConsolePage[] = [
  {
    method: 'get',
    path: `${CLIENT}/consent`,
    operation: 'getClient',
    answer: async (visit) => {
      const { body: client } = await visit.call<ClientDetails>('getClient');
      const view = await visit.consentView(client.client_id);
      if (!view) throw notFound('page');
      const [scopes, apis] = await Promise.all([allScopes(visit), allApis(visit)]);
      const described = scopes.map(({ api_id, category, description, name, title }) => {
        const api = apis.find(({ id, built_in }) => id === api_id && !built_in);
        return {
          name,
          title,
          description,
          category,
          api: api ? { name: api.name, audience: api.audience } : null,
        };
      });
      const isVerified = view.client.verifiedHost !== null;
      const choices = client.scopes
        .filter((name) => name !== 'openid')
        .map((name) => {
          const optional = client.optional_scopes.includes(name);
          return { name, optional, ticked: !optional || isVerified };
        });
      const asksForAdministration = described.some(
        ({ category, name }) => category === 'administration' && client.scopes.includes(name),
      );
      const { csrf, account } = visit.ctx.state.person;
      const path = clientPath(visit, client.id);
      visit.showConsent({
        client: view.client,
        action: path,
        abortAction: path,
        switchUrl: path,
        csrf,
        email: account.email,
        groups: groupByApi(choices, described),
        details: [],
        administration: asksForAdministration ? view.administration : undefined,
        destination: destinationOf(client.redirect_uris[0]),
        preview: { backHref: path },
      });
    },
  },
];
