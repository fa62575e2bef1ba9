import { invalid, type ValidationError } from '../../platform/errors/errors.js';
import { DocumentUnavailable, fetchJson } from '../../platform/outgoing/fetch-json.js';
import { changedFields } from '../../platform/wire/changed-fields.js';
import { type ClientDraft, readNewClient, readPatch } from '../client-record/client-input.js';
import type { ClientRecord, TypedClientSettings } from '../client-record/client-record.js';
import type { Capabilities } from '../client-rules/client-rules.js';
import { withoutBrowser } from './subject-rules.js';

const MAX_BYTES = 64 * 1024;

/** What decides what a document has to list, by the names on the wire. */
const LISTED = ['sector_identifier_uri', 'redirect_uris', 'grant_types', 'jwks_uri'];

/** What documents list that were fetched already, by their addresses; rejected where one cannot be had. */
export type SectorDocuments = Map<string, Promise<ReadonlySet<unknown>>>;

type Listed = Pick<TypedClientSettings, 'sectorIdentifierUri' | 'redirectUris' | 'grantTypes' | 'jwksUri'>;

/**
 * The documents at `sector_identifier_uri`, which prove that clients belong to the sector (OpenID Connect Registration
 * section 5). One is fetched when a client is registered with it, or changes what it has to list.
 */
export class SectorDocumentsService {
  /** @param allowPrivate whether documents may be on this computer or its networks, as in development */
  constructor(
    private readonly capabilities: Capabilities,
    private readonly allowPrivate: boolean,
  ) {}

  /** As `check`, of the input for a new client. */
  checkNew(input: Record<string, unknown>, fetched: SectorDocuments): Promise<void> {
    return this.check(readNewClient(input, { ...this.capabilities, anyClientIds: true }), undefined, fetched);
  }

  /** As `check`, of a client and the patch for it. */
  checkPatch(
    record: ClientRecord,
    patch: Record<string, unknown>,
    fetched: SectorDocuments,
    typeFollowsMethod?: true,
  ): Promise<void> {
    return this.check(readPatch(record, patch, this.capabilities, typeFollowsMethod), record, fetched);
  }

  /**
   * Throws AppError `invalid` when the document of a draft without errors cannot be had or does not list the client.
   *
   * @param fetched what is not fetched again; what this fetches is added
   */
  async check(
    { errors, settings }: ClientDraft,
    before: ClientRecord | undefined,
    fetched: SectorDocuments,
  ): Promise<void> {
    const { sectorIdentifierUri: uri } = settings;
    if (errors.length > 0 || uri === null || (before && !isChanged(before, settings))) return;
    const document = fetched.get(uri) ?? this.#fetch(uri);
    fetched.set(uri, document);
    const unlisted = missingOf(settings, await document);
    if (unlisted.length > 0) throw refused(`The document there does not list ${unlisted.join(', ')}.`);
  }

  async #fetch(uri: string): Promise<ReadonlySet<unknown>> {
    try {
      const { text } = await fetchJson(uri, { maxBytes: MAX_BYTES, allowPrivate: this.allowPrivate });
      return new Set(listIn(text));
    } catch (thrown) {
      if (!(thrown instanceof DocumentUnavailable)) throw thrown;
      throw refused(`The document there cannot be used: ${thrown.message}.`);
    }
  }
}

/** Whether a patch may change what the document of a client has to list. */
export function concernsSector(patch: Record<string, unknown>): boolean {
  return LISTED.some((name) => Object.hasOwn(patch, name));
}

function isChanged(before: ClientRecord, { sectorIdentifierUri, redirectUris, grantTypes, jwksUri }: Listed) {
  return changedFields(before, { sectorIdentifierUri, redirectUris, grantTypes, jwksUri }).length > 0;
}

/** What of the client a document does not list. */
function missingOf(settings: Listed, document: ReadonlySet<unknown>): string[] {
  const { redirectUris, jwksUri } = settings;
  const byKeys = redirectUris.length === 0 || withoutBrowser(settings).length > 0;
  const all = [...redirectUris, ...(jwksUri !== null && byKeys ? [jwksUri] : [])];
  return all.filter((uri) => !document.has(uri));
}

function listIn(text: string): unknown[] {
  try {
    const parsed: unknown = JSON.parse(text);
    if (Array.isArray(parsed)) return parsed;
  } catch {
    // As what is no array.
  }
  throw new DocumentUnavailable('it is not a JSON array of URIs');
}

function refused(detail: string): Error {
  const error: ValidationError = { pointer: '/sector_identifier_uri', detail };
  return invalid([error]);
}
