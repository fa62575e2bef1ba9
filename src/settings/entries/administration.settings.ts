import * as z from 'zod';
import { Secret } from '../secret.js';
import { issuerList, oneOf, secureUrl } from './checks.js';
import { settingGroup } from '../setting.js';

const nonEmpty = z.string().min(1);
const INTROSPECTION = [
  'introspection_endpoint',
  'introspection_client_id',
  'introspection_client_secret',
] as const;
const tenantName = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,62}$/i, 'must be the slug or the id of an organization or a project');

/** The role that one value of the roles claim grants. */
const claimedRole = z
  .strictObject({
    org: tenantName.optional(),
    project: tenantName.optional(),
    role: z.enum(['owner', 'admin', 'viewer', 'member'], 'must be owner, admin, viewer or member'),
  })
  .refine(({ org, project }) => org !== undefined || project === undefined, {
    path: ['org'],
    error: 'name the organization that the project belongs to',
  })
  .refine(({ org, role }) => org !== undefined || role === 'owner', {
    path: ['role'],
    error: 'without an org the role is for the whole installation, where there are only owners: name an org',
  });

const outsideIssuer = z
  .strictObject({
    issuer: secureUrl,
    jwks_uri: secureUrl,
    audience: nonEmpty,
    scope_claim: nonEmpty.default('scope'),
    roles_claim: nonEmpty.optional(),
    roles: z.record(nonEmpty, claimedRole).default({}),
    scopes: z.record(nonEmpty, z.array(nonEmpty)).default({}),
    introspection_endpoint: secureUrl.optional(),
    introspection_client_id: nonEmpty.optional(),
    introspection_client_secret: nonEmpty.optional(),
  })
  .refine((entry) => new Set(INTROSPECTION.map((name) => entry[name] === undefined)).size === 1, {
    path: ['introspection_endpoint'],
    error: `goes with a client: set ${INTROSPECTION.join(', ')}, or none of them`,
  })
  .refine(({ roles_claim, roles }) => roles_claim !== undefined || Object.keys(roles).length === 0, {
    path: ['roles_claim'],
    error: 'name the claim whose values "roles" maps',
  })
  .refine(({ roles_claim, roles }) => roles_claim === undefined || Object.keys(roles).length > 0, {
    path: ['roles'],
    error: 'say what role each value of the roles_claim stands for',
  })
  .transform((entry) => ({
    issuer: entry.issuer,
    jwksUri: entry.jwks_uri,
    audience: entry.audience,
    scopeClaim: entry.scope_claim,
    rolesClaim: entry.roles_claim,
    scopes: new Map(Object.entries(entry.scopes)),
    roles: Object.entries(entry.roles).map(([name, { org, project, role }]) => ({
      name,
      org,
      project,
      role,
    })),
    introspection: introspectionOf(entry),
  }));

/** Where opaque tokens of the issuer are introspected (RFC 7662), and with which client. */
function introspectionOf(entry: { [Name in (typeof INTROSPECTION)[number]]?: string | undefined }) {
  const [endpoint, clientId, secret] = INTROSPECTION.map((name) => entry[name]);
  if (endpoint === undefined || clientId === undefined || secret === undefined) return undefined;
  return { endpoint, clientId, clientSecret: new Secret(secret) };
}

const outsideIssuers = issuerList(outsideIssuer)
  // It is not in an opaque token whose it is, and one issuer must not get the tokens of another.
  .refine(
    (issuers) => issuers.filter(({ introspection }) => introspection).length <= 1,
    'must not have introspection_endpoint twice',
  );

/** The text with `[secret]` for the secrets in it. */
function redact(text: string): string {
  const entries = JSON.parse(text) as Record<string, unknown>[];
  return JSON.stringify(
    entries.map((entry) =>
      Object.hasOwn(entry, INTROSPECTION[2]) ? { ...entry, [INTROSPECTION[2]]: '[secret]' } : entry,
    ),
  );
}

export const administrationSettings = settingGroup('Administration', {
  CONSOLE: {
    default: 'on',
    check: oneOf('on', 'off'),
    description: 'Whether operators can use the console at `/console`: `on` or `off`.',
  },
  ADMIN_ISSUERS: {
    default: '[]',
    check: outsideIssuers,
    redact,
    description:
      'Other issuers whose tokens the admin API accepts: a JSON list of objects with `issuer`, `jwks_uri`, `audience`, and optionally `scope_claim` and `roles_claim` (names or paths such as `ext.groups`), `roles` (what role a value of the roles claim stands for), `scopes` (what scopes here a scope there stands for), and for one issuer with opaque tokens `introspection_endpoint`, `introspection_client_id` and `introspection_client_secret`.',
  },
});
