import type * as z from 'zod';
import { ADMIN_REACHES, type AdminReach } from '../../tenancy/access/delegation.js';
import type { ValidationError } from '../../platform/errors/errors.js';
import { readFields, unknownFields } from '../../platform/wire/input.js';
import { type GivenSettings, withDefaults } from './client-defaults.js';
import { fieldsOfProfile } from '../client-protocol/security-profiles.js';
import type { ClientRecord, TypedClientSettings } from './client-record.js';
import { type Capabilities, type Rule, ruleErrors } from '../client-rules/client-rules.js';
import {
  fieldsWithAnyScopes,
  fixedFields,
  fixedFieldsElsewhere,
  READ_ONLY,
  writableFields,
} from './client-schema.js';
import { mergePatch } from '../../platform/wire/merge-patch.js';
import { frozenHostRule, publicRules } from '../client-rules/publisher-rules.js';
import { camelName, toCamel, toSnake } from '../../platform/wire/snake-case.js';

type WireObject = Record<string, unknown>;

/** A client as a request describes it, with everything that is wrong with it; use `settings` only when nothing is. */
export interface ClientDraft {
  clientId: string | undefined;
  settings: TypedClientSettings;
  /** `public` means that it is, or is to be promoted. */
  visibility: ClientRecord['visibility'];
  /** Undefined for a new client: it follows from the caller. */
  adminReach?: AdminReach;
  /** The scopes that the request itself lists. */
  listedScopes: readonly string[];
  /** The settings whose values are invalid; in `settings` they have their defaults. */
  unreadable: ReadonlySet<string>;
  errors: ValidationError[];
}

/** Reads the wire form of a new client; null means absent. */
export function readNewClient(input: WireObject, capabilities: Capabilities): ClientDraft {
  const fixed = capabilities.anyClientIds ? fixedFieldsElsewhere : fixedFields;
  const fields = { ...fieldsOf(capabilities), ...fixed };
  const unknown = unknownFields(input, fields, READ_ONLY);
  return { ...read(mergePatch({}, input), fields, {}, unknown, capabilities), visibility: 'private' };
}

/**
 * Applies a JSON merge patch to the wire form of the record's settings and reads the whole as if it were new. The client
 * type stays, unless it is to follow from the auth method.
 */
export function readPatch(
  record: ClientRecord,
  patch: WireObject,
  capabilities: Capabilities,
  typeFollowsMethod = false,
): ClientDraft {
  const { visibility, admin_reach: adminReach = record.adminReach, ...rest } = patch;
  const unknown = unknownFields(rest, writableFields, {
    ...READ_ONLY,
    client_id: 'The client_id never changes; leave it out.',
    client_type: 'The client type never changes; leave it out, or create another client.',
  });
  unknown.push(...visibilityErrors(record, visibility));
  if (!isAdminReach(adminReach))
    unknown.push({ pointer: '/admin_reach', detail: `Use one of: ${ADMIN_REACHES.join(', ')}.` });
  const current = currentSettings(record);
  // Without response types in the patch they follow the grant types.
  if (Object.hasOwn(patch, 'grant_types') && !Object.hasOwn(patch, 'response_types'))
    delete current['response_types'];
  // A profile that the patch gives sets what the patch does not say.
  for (const name of fieldsOfProfile(patch['security_profile']))
    if (!Object.hasOwn(patch, name)) delete current[name];
  const next = visibility === 'public' ? 'public' : record.visibility;
  const rules = [frozenHostRule(record), ...(next === 'public' ? publicRules(record) : [])];
  const fixed = typeFollowsMethod ? {} : { clientType: record.clientType };
  // What the client has may stay.
  const hasOtherNames = record.scopes.some((name) => !/^[A-Za-z0-9_.-]+$/.test(name));
  const fields = hasOtherNames ? fieldsWithAnyScopes : fieldsOf(capabilities);
  const draft = read(mergePatch(current, rest), fields, fixed, unknown, capabilities, rules);
  return { ...draft, visibility: next, ...(isAdminReach(adminReach) ? { adminReach } : {}) };
}

function fieldsOf({ anyScopeNames = false }: Capabilities) {
  return anyScopeNames ? fieldsWithAnyScopes : writableFields;
}

function read(
  wire: WireObject,
  fields: Readonly<Record<string, z.ZodType>>,
  fixed: Pick<GivenSettings, 'clientType'>,
  unknown: ValidationError[],
  capabilities: Capabilities,
  rules: readonly Rule[] = [],
): Omit<ClientDraft, 'visibility'> {
  const { values, unreadable, errors: invalid } = readFields(wire, fields);
  const errors = [...unknown, ...invalid];
  if (!Object.hasOwn(wire, 'client_name'))
    errors.push({ pointer: '/client_name', detail: 'Give the client a name.' });
  const { clientId, ...given } = toCamel(values) as GivenSettings & { clientId?: string };
  const settings = withDefaults({ ...given, ...fixed }, capabilities.idTokenAlg);
  const skipped = new Set(unreadable.map(camelName));
  errors.push(...ruleErrors(given, settings, skipped, capabilities, rules));
  return { clientId, settings, listedScopes: given.scopes ?? [], unreadable: skipped, errors };
}

function isAdminReach(value: unknown): value is AdminReach {
  return ADMIN_REACHES.some((reach) => reach === value);
}

/** Promotion cannot be undone. */
function visibilityErrors({ visibility }: ClientRecord, wanted: unknown): ValidationError[] {
  if (wanted === undefined || wanted === visibility || wanted === 'public') return [];
  const detail =
    visibility === 'public'
      ? 'A public client stays public; leave this out.'
      : 'Send public to promote the client, or leave this out.';
  return [{ pointer: '/visibility', detail }];
}

function currentSettings(record: ClientRecord): WireObject {
  const wire: WireObject = { ...toSnake(record) };
  return Object.fromEntries(
    Object.entries(wire).filter(([name, value]) => Object.hasOwn(writableFields, name) && value !== null),
  );
}
