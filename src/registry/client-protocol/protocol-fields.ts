import type * as z from 'zod';
import { type CamelKeys, camelName } from '../../platform/wire/snake-case.js';
import {
  ENCRYPTION_ALGORITHMS,
  ENCRYPTION_ENCODINGS,
  HMAC_REFUSED,
  REQUEST_OBJECT_ALGORITHMS,
  SIGNATURE_ALGORITHMS,
  SYMMETRIC_REFUSED,
} from './algorithms.js';
import { CERTIFICATE_FIELDS } from './certificate-fields.js';
import { exchangeRule, MAX_RULES } from '../client-exchange/exchange-rule.js';
import { MAX_ISSUERS, trustedIssuer } from '../client-exchange/trusted-issuer.js';
import { detailsTypeName } from '../authorization-details/details-type-input.js';
import {
  choice,
  endpoint,
  flag,
  names,
  objects,
  operatorOnly,
  type ProtocolField,
} from './protocol-field.js';

const encryptedWith = (what: string) =>
  choice(
    ENCRYPTION_ALGORITHMS,
    {
      label: `${what} encryption`,
      none: 'Not encrypted',
      description: `${what} is encrypted for a key of the client, besides being signed; null: it is not.`,
    },
    SYMMETRIC_REFUSED,
  );
const encodedWith = (what: string) =>
  choice(ENCRYPTION_ENCODINGS, {
    label: `${what} content encryption`,
    none: 'A128CBC-HS256',
    description: `How the content is encrypted where ${what} is; null: A128CBC-HS256.`,
  });

/**
 * The fields of the record that turn extensions of the protocol on for one client. Each name is that of the IANA registry
 * of client metadata, of its column, and of the engine's metadata. All that knows the record is made from this table.
 */
export const PROTOCOL_FIELDS = {
  subject_type: choice(['public', 'pairwise'], {
    label: 'Subject type',
    none: 'public: the id of the account',
    description:
      'Whether people have the `sub` of their account at the client (`public`), or one that only clients of its sector know them by (`pairwise`, OpenID Connect Core section 8.1); null: public. A change ends all grants and tokens of the client.',
  }),
  sector_identifier_uri: endpoint(
    {
      label: 'Sector identifier URI',
      description:
        'The URL of a JSON array with the redirect URIs of all clients for which people have one pairwise `sub`: the sector is its host. Needed where the redirect URIs have no host in common; null: the sector is their host.',
    },
    false,
  ),
  require_pushed_authorization_requests: flag({
    label: 'Pushed authorization requests only',
    description:
      'Whether authorization requests have to be pushed (RFC 9126). The setting PAR can demand it of every client.',
  }),
  require_signed_request_object: flag({
    label: 'Signed request objects only',
    description: 'Whether authorization requests have to be signed request objects (RFC 9101).',
  }),
  request_object_signing_alg: choice(
    REQUEST_OBJECT_ALGORITHMS,
    {
      label: 'Request object signature',
      none: 'Any that discovery lists',
      description:
        'The only algorithm of signed request objects of the client (RFC 9101); null: any that discovery lists.',
    },
    HMAC_REFUSED,
  ),
  authorization_signed_response_alg: choice(
    SIGNATURE_ALGORITHMS,
    {
      label: 'Authorization response signature',
      none: 'RS256',
      description:
        'What authorization responses are signed with when a request asks for a JWT (`response_mode=jwt`, JARM); null: RS256.',
    },
    HMAC_REFUSED,
  ),
  introspection_signed_response_alg: choice(
    SIGNATURE_ALGORITHMS,
    {
      label: 'Introspection signature',
      none: 'RS256',
      description:
        'What introspection is signed with when the request accepts application/token-introspection+jwt (RFC 9701); null: RS256.',
    },
    HMAC_REFUSED,
  ),
  id_token_encrypted_response_alg: encryptedWith('The ID token'),
  id_token_encrypted_response_enc: encodedWith('the ID token'),
  userinfo_encrypted_response_alg: encryptedWith('Userinfo'),
  userinfo_encrypted_response_enc: encodedWith('userinfo'),
  introspection_encrypted_response_alg: encryptedWith('Introspection'),
  introspection_encrypted_response_enc: encodedWith('introspection'),
  authorization_encrypted_response_alg: encryptedWith('The authorization response'),
  authorization_encrypted_response_enc: encodedWith('the authorization response'),
  dpop_bound_access_tokens: flag({
    label: 'Tokens bound by DPoP',
    description:
      'Whether every access token is bound to a key that the client proves to have (DPoP, RFC 9449). A client that sends proofs gets bound tokens anyway.',
  }),
  ...CERTIFICATE_FIELDS,
  authorization_details_types: names(detailsTypeName, 50, {
    label: 'Authorization details',
    description:
      'The types of authorization details that the client may ask for (RFC 9396); each is in the catalogue. None by default.',
  }),
  security_profile: operatorOnly(
    choice(['fapi2', 'fapi2_message_signing'], {
      label: 'Security profile',
      none: 'None',
      description:
        'Sets and locks what the profile demands: FAPI 2.0 Security Profile, or with Message Signing. Fields that are left out follow from it; others that contradict it are refused with the rule.',
    }),
  ),
  token_exchange: operatorOnly(
    objects(exchangeRule, MAX_RULES, {
      label: 'Token exchange',
      notJson: 'This is not JSON: send a list, [{"audience": …, "scopes": […], "subject": "own"}].',
      description:
        'What the client may exchange other tokens for (RFC 8693): the audience of an API, scopes of it, and whose tokens: `own` (issued to this client), `any` (of clients of the organization, or for an API that it runs), or an issuer of trusted_issuers. With `client_id`, which the client has at another authorization server, the audience is that server.',
    }),
  ),
  trusted_issuers: operatorOnly(
    objects(trustedIssuer, MAX_ISSUERS, {
      label: 'Trusted issuers',
      notJson: 'This is not JSON: send a list, [{"issuer": …, "subject": …}].',
      description:
        'Whose JWTs the client may use as assertions (RFC 7523 section 2.1) and in a token exchange: the issuer, where its keys are (by default what its discovery says), the audience (by default this server), the subject, in which `*` stands for any text, and the scopes, if not all of the client.',
    }),
  ),
  backchannel_token_delivery_mode: operatorOnly(
    choice(['poll', 'ping'], {
      label: 'Backchannel delivery',
      none: 'poll',
      description:
        'How a client of the grant type CIBA learns that the person has answered: it asks (`poll`), or is notified and asks then (`ping`); null: poll.',
    }),
  ),
  backchannel_client_notification_endpoint: operatorOnly(
    endpoint({
      label: 'Backchannel notification endpoint',
      description: 'Where the client is notified with `ping` that the person has answered (CIBA).',
    }),
  ),
  backchannel_authentication_request_signing_alg: operatorOnly(
    choice(
      REQUEST_OBJECT_ALGORITHMS,
      {
        label: 'Backchannel request signature',
        none: 'Need not be signed',
        description:
          'The algorithm with which backchannel authentication requests (CIBA) have to be signed; null: they need not be signed.',
      },
      HMAC_REFUSED,
    ),
  ),
} as const;

type Fields = typeof PROTOCOL_FIELDS;
/** The name of such a field. */
export type ProtocolFieldName = keyof Fields;
type Values = { [Name in ProtocolFieldName]: z.output<Fields[Name]['read']> };
/** The values of these fields, complete. */
export type ProtocolSettings = CamelKeys<Values>;

type AnyField = ProtocolField<z.ZodType, z.ZodType>;
const ENTRIES = Object.entries(PROTOCOL_FIELDS) as [ProtocolFieldName, AnyField][];

function mapFields<T>(of: (field: AnyField) => T): Record<ProtocolFieldName, T> {
  return Object.fromEntries(ENTRIES.map(([name, field]) => [name, of(field)])) as Record<
    ProtocolFieldName,
    T
  >;
}

/** The columns and members of the wire. */
export const PROTOCOL_FIELD_NAMES = ENTRIES.map(([name]) => name);
/** Those that are stored as JSON, and that the engine does not know. */
export const JSON_PROTOCOL_FIELDS: readonly string[] = ENTRIES.filter(
  ([, field]) => field.control === 'json',
).map(([name]) => name);
/** Those that clients may register themselves. */
export const REGISTERED_PROTOCOL_FIELDS = ENTRIES.filter(([, field]) => !field.operatorOnly).map(
  ([name]) => name,
);
/** The shapes in requests. */
export const protocolSchemas = mapFields(({ write }) => write) as {
  [N in ProtocolFieldName]: Fields[N]['write'];
};
/** The shapes in responses. */
export const protocolResponseSchemas = mapFields(({ read }) => read) as {
  [N in ProtocolFieldName]: Fields[N]['read'];
};
/** What each means. */
export const protocolDescriptions = mapFields(({ description }) => description);

/** Fills in what was not given. */
export function protocolDefaults(given: Partial<Record<string, unknown>>): ProtocolSettings {
  return Object.fromEntries(
    ENTRIES.map(([name, field]) => [camelName(name), given[camelName(name)] ?? field.fallback]),
  ) as ProtocolSettings;
}
