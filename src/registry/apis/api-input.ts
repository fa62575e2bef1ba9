import * as z from 'zod';
import { mergePatch } from '../../platform/wire/merge-patch.js';
import { toCamel, toSnake } from '../../platform/wire/snake-case.js';
import type { ValidationError } from '../../platform/errors/errors.js';
import { readFields, setByServer, unknownFields } from '../../platform/wire/input.js';
import { line, oneOf } from '../../platform/wire/field-shapes.js';
import { type ApiRecord, type ApiSettings, DEFAULT_SIGNING_ALG, MAX_ACCESS_TOKEN_TTL } from './api-record.js';
import { ABSOLUTE_URI, audienceErrors, isReservedAudience, MAX_AUDIENCE } from './audience-rules.js';

type WireObject = Record<string, unknown>;

/** A record as a request describes it, with everything that is wrong with it; use the rest only when nothing is. */
export interface ApiDraft {
  audience: string;
  settings: ApiSettings;
  errors: ValidationError[];
}

const WHOLE_SECONDS = `Send a whole number of seconds from 1 to ${String(MAX_ACCESS_TOKEN_TTL)}, or null.`;

/** The shape of each field that may be changed, as it is on the wire. */
export const apiFields = {
  name: line(256, 'required'),
  org_id: z.uuid('Send the id of an organization, or null.').toLowerCase(),
  access_token_format: oneOf(['opaque', 'jwt']),
  signing_alg: oneOf(['RS256', 'ES256']),
  access_token_typ: oneOf(['at+jwt', 'JWT']),
  access_token_ttl: z
    .number(WHOLE_SECONDS)
    .int(WHOLE_SECONDS)
    .min(1, WHOLE_SECONDS)
    .max(MAX_ACCESS_TOKEN_TTL, WHOLE_SECONDS),
  open_to_registration: z.boolean('Send true or false.'),
} as const;

/** The shape of a new API's audience. */
export const apiAudience = z
  .string('Send a URI as text.')
  .superRefine((value, context) => {
    for (const error of audienceErrors(value)) context.addIssue(error);
  })
  .meta({ maxLength: MAX_AUDIENCE, pattern: ABSOLUTE_URI.source });

const READ_ONLY = {
  ...setByServer('id', 'built_in', 'created_at', 'updated_at', 'url'),
  scopes: 'A scope names its API: send api_id there, and leave this out.',
};

/** Reads the wire form of a new API; null means absent. */
export function readNewApi(input: WireObject, issuer: string): ApiDraft {
  const fields = { audience: apiAudience, ...apiFields };
  const wire = mergePatch({}, input);
  const draft = read(wire, fields, unknownFields(input, fields, READ_ONLY));
  if (!Object.hasOwn(wire, 'audience')) {
    draft.errors.push({ pointer: '/audience', detail: 'Send the URI that the tokens of the API are for.' });
  } else if (isReservedAudience(draft.audience, issuer)) {
    const detail = `${issuer} and ${issuer}/admin stand for this server itself; choose another URI.`;
    draft.errors.push({ pointer: '/audience', detail });
  }
  return draft;
}

/** Applies a JSON merge patch (RFC 7396) to an API; null resets a field to its default. */
export function readApiPatch(record: ApiRecord, patch: WireObject): ApiDraft {
  const audience = 'Tokens and consents name the audience, so it never changes; make another API instead.';
  const { name, orgId, accessTokenFormat, signingAlg, accessTokenTyp, accessTokenTtl, openToRegistration } =
    record;
  const settings = {
    name,
    orgId,
    accessTokenFormat,
    signingAlg,
    accessTokenTyp,
    accessTokenTtl,
    openToRegistration,
  };
  const current = toSnake(settings);
  const wire = mergePatch(mergePatch({}, { ...current }), patch);
  const draft = read(wire, apiFields, unknownFields(patch, apiFields, { ...READ_ONLY, audience }));
  return { ...draft, audience: record.audience };
}

function read(wire: WireObject, fields: Record<string, z.ZodType>, unknown: ValidationError[]): ApiDraft {
  const { values, errors } = readFields(wire, fields);
  if (!Object.hasOwn(wire, 'name')) errors.push({ pointer: '/name', detail: 'Give the API a name.' });
  const given = toCamel(values) as Partial<ApiSettings> & { audience?: string };
  return {
    audience: given.audience ?? '',
    settings: {
      name: given.name ?? '',
      orgId: given.orgId ?? null,
      accessTokenFormat: given.accessTokenFormat ?? 'jwt',
      // RFC 9068 section 2.1: the algorithm that every resource server has to understand.
      signingAlg: given.signingAlg ?? DEFAULT_SIGNING_ALG,
      accessTokenTyp: given.accessTokenTyp ?? 'at+jwt',
      accessTokenTtl: given.accessTokenTtl ?? null,
      openToRegistration: given.openToRegistration ?? false,
    },
    errors: [...unknown, ...errors],
  };
}
