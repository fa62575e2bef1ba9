import type { ValidationError } from '../../platform/errors/errors.js';
import { changedFields } from '../../platform/wire/changed-fields.js';
import type { ClientDraft } from '../client-record/client-input.js';
import type { ClientRecord } from '../client-record/client-record.js';

/** What a client with a document may use, as it shares no secret with this server. */
const AUTH_METHODS: readonly unknown[] = ['none', 'private_key_jwt'];
const SECRET_MEMBERS = ['client_secret', 'client_secret_expires_at'] as const;

/** What is wrong with the metadata of a document beyond what registered metadata must be. */
export function metadataErrors(
  metadata: Readonly<Record<string, unknown>>,
  clientId: string,
): ValidationError[] {
  const errors: ValidationError[] = [];
  if (metadata['client_id'] !== clientId)
    errors.push({
      pointer: '/client_id',
      detail: 'It must be the URL of the document, character by character.',
    });
  for (const name of SECRET_MEMBERS.filter((member) => Object.hasOwn(metadata, member)))
    errors.push({ pointer: `/${name}`, detail: 'A document is public and has no secret.' });
  const method = metadata['token_endpoint_auth_method'];
  if (method !== undefined && !AUTH_METHODS.includes(method)) {
    const detail = 'Use none or private_key_jwt: there is no secret that the client and this server share.';
    errors.push({ pointer: '/token_endpoint_auth_method', detail });
  }
  const uris = metadata['redirect_uris'];
  if (!Array.isArray(uris) || uris.length === 0)
    errors.push({ pointer: '/redirect_uris', detail: 'List at least one redirect URI.' });
  return errors;
}

/** The errors of an operator's change of a client: what its document says changes there. */
export function documentErrors({ settings }: ClientDraft, before?: ClientRecord): ValidationError[] {
  if (before?.registrationType !== 'document') return [];
  const { clientType: _type, ...rest } = settings;
  const detail = `The document at ${before.clientId} says this: it changes there. Delete the client to refuse it.`;
  return changedFields(before, rest).map((name) => ({ pointer: `/${name}`, detail }));
}
