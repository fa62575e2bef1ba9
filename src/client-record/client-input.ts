import type { z } from 'zod';
import type { Mistake } from '../errors.js';
import { foreignFields, readFields } from '../wire/field-input.js';
import { type GivenSettings, withDefaults } from './client-defaults.js';
import type { ClientRecord, ClientSettings, ClientType } from './client-record.js';
import { type Capabilities, ruleMistakes } from './client-rules.js';
import { fixedFields, READ_ONLY, writableFields } from './client-schema.js';
import { mergePatch } from './merge-patch.js';
import { toCamel, toSnake } from './snake-case.js';

type WireObject = Record<string, unknown>;

/** What a request asks for, and everything that is wrong with it. `settings` are to be used only without mistakes. */
export interface ClientDraft {
  clientId: string | undefined;
  settings: ClientSettings & { clientType: ClientType };
  /** The scopes that the request itself lists. */
  listedScopes: readonly string[];
  mistakes: Mistake[];
}

/** Reads the wire form of a new client; a null is as good as nothing. */
export function readNewClient(input: WireObject, capabilities: Capabilities): ClientDraft {
  const fields = { ...writableFields, ...fixedFields };
  const foreign = foreignFields(input, fields, READ_ONLY);
  return read(mergePatch({}, input), fields, {}, foreign, capabilities);
}

/** Applies a JSON merge patch to the wire form of the record's settings and reads the whole as if it were new. */
export function readPatch(record: ClientRecord, patch: WireObject, capabilities: Capabilities): ClientDraft {
  const { visibility, ...rest } = patch;
  const foreign = foreignFields(rest, writableFields, {
    ...READ_ONLY,
    client_id: 'The client_id never changes; leave it out.',
    client_type: 'The client type never changes; leave it out, or create another client.',
  });
  foreign.push(...visibilityMistakes(record, visibility));
  const current = currentSettings(record);
  // They follow the grants unless the caller says what they are.
  if (Object.hasOwn(patch, 'grant_types') && !Object.hasOwn(patch, 'response_types'))
    delete current['response_types'];
  return read(
    mergePatch(current, rest),
    writableFields,
    { clientType: record.clientType },
    foreign,
    capabilities,
  );
}

function read(
  wire: WireObject,
  fields: Readonly<Record<string, z.ZodType>>,
  fixed: Pick<GivenSettings, 'clientType'>,
  foreign: Mistake[],
  capabilities: Capabilities,
): ClientDraft {
  const { values, unreadable, mistakes: unshaped } = readFields(wire, fields);
  const mistakes = [...foreign, ...unshaped];
  if (!Object.hasOwn(wire, 'client_name'))
    mistakes.push({ pointer: '/client_name', detail: 'Give the client a name.' });
  const { clientId, ...given } = toCamel(values) as GivenSettings & { clientId?: string };
  const settings = withDefaults({ ...given, ...fixed });
  const skipped = new Set(Object.keys(toCamel(Object.fromEntries(unreadable.map((name) => [name, 0])))));
  mistakes.push(...ruleMistakes(given, settings, skipped, capabilities));
  return { clientId, settings, listedScopes: given.scopes ?? [], mistakes };
}

function visibilityMistakes(record: ClientRecord, wanted: unknown): Mistake[] {
  if (wanted === undefined || wanted === record.visibility) return [];
  const detail =
    wanted !== 'public'
      ? 'visibility is private or public, and a public client cannot become private again.'
      : 'Promotion to public is not available in this version; leave this out.';
  return [{ pointer: '/visibility', detail }];
}

function currentSettings(record: ClientRecord): WireObject {
  const wire: WireObject = { ...toSnake(record) };
  return Object.fromEntries(
    Object.entries(wire).filter(([name, value]) => Object.hasOwn(writableFields, name) && value !== null),
  );
}
