import type { AdministrationOnPage } from '../../platform/page-models/interactions.js';
import type { ClientOnPage } from '../../platform/page-models/shared.js';
import { OWN_CLIENT_ID } from '../live-clients/own-client.js';
import type { LiveClientsService } from '../live-clients/live-clients.service.js';
import type { LogosService } from '../logos/logos.service.js';
import type { PublisherService } from '../publisher/publisher.service.js';

/** What the consent page shows of a client, and which of its scopes a person may refuse. */
export interface ConsentView {
  client: ClientOnPage;
  optionalScopes: string[];
  /** Who the client belongs to, and where its tokens may act in the admin API. */
  administration: AdministrationOnPage;
}

/** Where a person can go on, who came from a client. */
export interface WayBack {
  clientName: string;
  /** OpenID Connect Core section 4. */
  initiateLoginUri: string | null;
  /** The home page, or the origin of a redirect URI; undefined for an app. */
  homeUri: string | undefined;
}

const MAX_COMPANY = 60;

/** What `ClientPagesService` needs. */
export interface ClientPagesDependencies {
  liveClients: LiveClientsService;
  publisher: PublisherService;
  logos: LogosService;
}

/** What pages show of a client, and where they lead a person who came from it. */
export class ClientPagesService {
  constructor(private readonly deps: ClientPagesDependencies) {}

  /** Undefined when there is no such live client. */
  async consentView(clientId: string): Promise<ConsentView | undefined> {
    const live = await this.deps.liveClients.find(clientId);
    if (!live) return undefined;
    const { record, orgName, projectName } = live;
    const { clientName, description, company, logoUri, clientUri, policyUri, tosUri } = record;
    const verifiedHost = await this.deps.publisher.verifiedHost(record.id);
    const logoPath = logoUri === null ? null : this.deps.logos.pathOf(clientId, logoUri);
    const uris = { logoPath, clientUri, policyUri, tosUri };
    const documentHost = record.registrationType === 'document' ? new URL(clientId).host : null;
    const hosts = { verifiedHost, documentHost };
    return {
      client: { clientId, clientName, description, company: oneLine(company), ...uris, ...hosts },
      optionalScopes: record.optionalScopes,
      administration: { orgName, projectName, reach: record.adminReach },
    };
  }

  /** The names of live clients, by client_id; our own pages have none. */
  async names(clientIds: readonly string[]): Promise<Map<string, string>> {
    const outside = [...new Set(clientIds)].filter((clientId) => clientId !== OWN_CLIENT_ID);
    const live = await Promise.all(outside.map((clientId) => this.deps.liveClients.find(clientId)));
    return new Map(
      live.flatMap((found) => (found ? [[found.record.clientId, found.record.clientName]] : [])),
    );
  }

  /** Undefined when there is no such live client. */
  async wayBack(clientId: string): Promise<WayBack | undefined> {
    const record = (await this.deps.liveClients.find(clientId))?.record;
    if (!record) return undefined;
    const { clientName, clientUri, initiateLoginUri, redirectUris } = record;
    const web = redirectUris.find((uri) => /^https?:/.test(uri));
    const origin = web === undefined ? undefined : `${new URL(web).origin}/`;
    return { clientName, initiateLoginUri, homeUri: clientUri ?? origin };
  }
}

/** At most 60 characters of what a client says of itself, so that it stays below what is known of its publisher. */
function oneLine(company: string | null): string | null {
  const characters = [...(company ?? '')];
  return characters.length > MAX_COMPANY ? `${characters.slice(0, MAX_COMPANY - 1).join('')}…` : company;
}
