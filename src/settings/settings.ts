import { isIP } from 'node:net';
import { inspect } from 'node:util';
import { z } from 'zod';

/** A setting that must never be shown: prints, serializes and inspects as `[secret]`. */
export class Secret {
  readonly #value: string;
  constructor(value: string) {
    this.#value = value;
  }
  reveal(): string {
    return this.#value;
  }
  toString(): string {
    return '[secret]';
  }
  toJSON(): string {
    return '[secret]';
  }
  [inspect.custom](): string {
    return '[secret]';
  }
}

/** All that is wrong with the environment, at once. */
export class SettingsError extends Error {
  override readonly name = 'SettingsError';
  constructor(readonly problems: readonly string[]) {
    super(`The settings are not usable:\n${problems.map((problem) => `  - ${problem}`).join('\n')}`);
  }
}

const count = (fallback: number, min: number, max: number) => {
  const error = `must be a whole number from ${String(min)} to ${String(max)}`;
  return z.coerce.number(error).int(error).min(min, error).max(max, error).default(fallback);
};
const seconds = (fallback: number) => count(fallback, 1, 315_360_000);

const yesOrNo = (fallback: boolean) =>
  z.stringbool({ truthy: ['true'], falsy: ['false'], error: 'must be true or false' }).default(fallback);

const issuerUrl = z.string().refine((value) => {
  const url = URL.parse(value);
  const local = ['localhost', '127.0.0.1', '[::1]'].includes(url?.hostname ?? '');
  return url?.origin === value && (url.protocol === 'https:' || (local && url.protocol === 'http:'));
}, 'must be an origin such as https://id.example.com: https (http only for localhost), lower case, no default port, no path, no trailing slash');

const encryptionKey = z
  .string()
  .refine(
    (value) => /^[\w+/-]{43}=?$/.test(value) && Buffer.from(value, 'base64url').length === 32,
    'must be 32 bytes in base64url: openssl rand -base64 32 | tr +/ -_',
  )
  .transform((value) => new Secret(value));

/** An IP address, or one with a port: 192.0.2.1, 192.0.2.1:53, 2001:db8::1, [2001:db8::1]:53. */
function isServerAddress(text: string): boolean {
  const [, v4, v6, port] = /^(?:([\d.]+)|\[([^\]]+)\]):(\d{1,5})$/.exec(text) ?? [];
  if (port === undefined) return isIP(text) !== 0;
  const family = v4 === undefined ? isIP(v6 ?? '') === 6 : isIP(v4) === 4;
  return family && Number(port) >= 1 && Number(port) <= 65_535;
}

const dnsServers = z
  .string()
  .transform((text) => text.split(',').map((server) => server.trim()))
  .refine(
    (servers) => servers.every(isServerAddress),
    'must be IP addresses, each with or without a port, between commas: 192.0.2.1,[2001:db8::1]:53',
  );
const tenantName = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,62}$/i, 'must be the slug or the id of an organization or a project');

/** What one value of the roles claim stands for. */
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
const words = (fallback: string) =>
  z
    .string()
    .default(fallback)
    .transform((text) => text.split(/[\s,]+/).filter(Boolean));

const adminIssuers = z
  .string()
  .transform((text, context) => {
    try {
      return JSON.parse(text) as unknown;
    } catch {
      context.addIssue('must be JSON');
      return z.NEVER;
    }
  })
  .pipe(
    z.array(
      z
        .strictObject({
          issuer: z.url(),
          jwks_uri: z.url({ protocol: /^https?$/ }),
          audience: z.string().min(1),
          scope_claim: z.string().min(1).default('scope'),
          roles_claim: z.string().min(1).optional(),
          roles: z.record(z.string().min(1), claimedRole).default({}),
        })
        .refine(({ roles_claim, roles }) => roles_claim !== undefined || Object.keys(roles).length === 0, {
          path: ['roles_claim'],
          error: 'name the claim whose values "roles" maps',
        })
        .refine(({ roles_claim, roles }) => roles_claim === undefined || Object.keys(roles).length > 0, {
          path: ['roles'],
          error: 'say what role each value of the roles_claim stands for',
        }),
    ),
  );

const environment = z.object({
  ISSUER: issuerUrl.default('http://localhost:3000'),
  HOST: z.string().min(1).default('127.0.0.1'),
  PORT: count(3000, 0, 65_535),
  WORKERS: count(1, 1, 256),
  DATABASE_URL: z
    .string()
    .regex(/^postgres(ql)?:\/\//, { error: 'must start with postgres:// or postgresql://', abort: true })
    // A URL without a host, which may come as a parameter, is one for PostgreSQL only.
    .refine(
      (value) => URL.canParse(value.replace('@/', '@localhost/')),
      'is no URL; encode special characters in it',
    )
    .transform((value) => new Secret(value))
    .optional(),
  DATABASE_POOL_SIZE: count(10, 1, 1_000),
  DATABASE_TIMEOUT: count(5, 1, 300),
  /** False behind a pooler in transaction mode that knows no prepared statements. */
  DATABASE_PREPARED_STATEMENTS: yesOrNo(true),
  DATA_DIR: z.string().min(1).default('.postern'),
  /** The directory of `initdb` and `postgres` that the embedded database uses instead of the npm package's. */
  POSTGRES_BIN: z.string().min(1).optional(),
  ENCRYPTION_KEY: encryptionKey.optional(),
  TRUSTED_PROXIES: count(0, 0, 10),
  LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'silent']).default('info'),
  ADMIN_ISSUERS: adminIssuers.default([]),
  SIGN_IN_ATTEMPTS_PER_ACCOUNT: count(10, 1, 10_000),
  SIGN_IN_ATTEMPTS_PER_ADDRESS: count(100, 1, 100_000),
  CLIENT_SECRET_ATTEMPTS: count(20, 1, 10_000),
  USER_CODE_ATTEMPTS: count(50, 1, 10_000),
  ACCESS_TOKEN_TTL: seconds(3_600),
  AUTHORIZATION_CODE_TTL: seconds(60),
  CLIENT_CREDENTIALS_TTL: seconds(600),
  DEVICE_CODE_TTL: seconds(600),
  GRANT_TTL: seconds(31_536_000),
  ID_TOKEN_TTL: seconds(3_600),
  INTERACTION_TTL: seconds(3_600),
  REFRESH_TOKEN_TTL: seconds(1_209_600),
  SESSION_TTL: seconds(1_209_600),
  REFRESH_GRACE: count(10, 0, 300),
  /** RFC 7636's `plain`, for testing: it protects nothing against whoever reads the authorization request. */
  ALLOW_PLAIN_PKCE: yesOrNo(false),
  /** Tokens through the browser, for relying parties that know no better; RFC 9700 section 2.1.2 advises against it. */
  ALLOW_IMPLICIT: yesOrNo(false),
  EXPIRY_INTERVAL: seconds(60),
  DNS_SERVERS: dnsServers.default([]),
  PUBLISHER_CHECK_INTERVAL: seconds(5),
  PUBLISHER_TIMEOUT: seconds(172_800),
  CLIENT_RESTORE_DAYS: count(30, 1, 3_650),
  REGISTRATION: z.enum(['off', 'open', 'token']).default('off'),
  REGISTRATION_PROJECT: z
    .string()
    .regex(/^[^/]+\/[^/]+$/, 'must be an organization and a project, such as default/default')
    .default('default/default'),
  REGISTRATION_GRANT_TYPES: words('authorization_code refresh_token'),
  REGISTRATION_REDIRECT_HOSTS: words(''),
  REGISTRATION_SCOPES: words('openid offline_access profile email'),
  REGISTRATION_ATTEMPTS: count(20, 1, 100_000),
  SHUTDOWN_TIMEOUT: seconds(30),
  // Last use is written when it is half a minute newer, and shall be true within a minute.
  USAGE_FLUSH_INTERVAL: count(5, 1, 30),
  DYNAMIC_CLIENT_RETENTION_DAYS: count(30, 0, 3_650),
});

/** Everything that whoever runs Postern can choose; durations are in seconds. */
export type Settings = Readonly<ReturnType<typeof readSettings>>;

/** Reads the environment (an empty variable counts as unset). Throws SettingsError that lists every problem. */
export function readSettings(env: NodeJS.ProcessEnv = process.env) {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''));
  const result = environment.safeParse(given);
  if (!result.success) {
    const problems = result.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
    throw new SettingsError([...new Set(problems)]);
  }
  const e = result.data;
  return {
    issuer: e.ISSUER,
    host: e.HOST,
    port: e.PORT,
    workers: e.WORKERS,
    databaseUrl: e.DATABASE_URL,
    databasePoolSize: e.DATABASE_POOL_SIZE,
    databaseTimeout: e.DATABASE_TIMEOUT,
    databasePreparedStatements: e.DATABASE_PREPARED_STATEMENTS,
    dataDirectory: e.DATA_DIR,
    postgresBin: e.POSTGRES_BIN,
    encryptionKey: e.ENCRYPTION_KEY,
    trustedProxies: e.TRUSTED_PROXIES,
    logLevel: e.LOG_LEVEL,
    adminIssuers: e.ADMIN_ISSUERS.map((outside) => ({
      issuer: outside.issuer,
      jwksUri: outside.jwks_uri,
      audience: outside.audience,
      scopeClaim: outside.scope_claim,
      rolesClaim: outside.roles_claim,
      roles: Object.entries(outside.roles).map(([name, { org, project, role }]) => ({
        name,
        org,
        project,
        role,
      })),
    })),
    attempts: {
      signInPerAccount: e.SIGN_IN_ATTEMPTS_PER_ACCOUNT,
      signInPerAddress: e.SIGN_IN_ATTEMPTS_PER_ADDRESS,
      clientSecret: e.CLIENT_SECRET_ATTEMPTS,
      userCode: e.USER_CODE_ATTEMPTS,
    },
    ttl: {
      accessToken: e.ACCESS_TOKEN_TTL,
      authorizationCode: e.AUTHORIZATION_CODE_TTL,
      clientCredentials: e.CLIENT_CREDENTIALS_TTL,
      deviceCode: e.DEVICE_CODE_TTL,
      grant: e.GRANT_TTL,
      idToken: e.ID_TOKEN_TTL,
      interaction: e.INTERACTION_TTL,
      refreshToken: e.REFRESH_TOKEN_TTL,
      session: e.SESSION_TTL,
    },
    allow: { plainPkce: e.ALLOW_PLAIN_PKCE, implicit: e.ALLOW_IMPLICIT },
    refreshGrace: e.REFRESH_GRACE,
    expiryInterval: e.EXPIRY_INTERVAL,
    publisher: {
      /** Empty means the system's own resolvers. */
      dnsServers: e.DNS_SERVERS,
      checkInterval: e.PUBLISHER_CHECK_INTERVAL,
      timeout: e.PUBLISHER_TIMEOUT,
    },
    clientRestoreDays: e.CLIENT_RESTORE_DAYS,
    registration: {
      mode: e.REGISTRATION,
      project: e.REGISTRATION_PROJECT.split('/') as [org: string, project: string],
      grantTypes: e.REGISTRATION_GRANT_TYPES,
      redirectHosts: e.REGISTRATION_REDIRECT_HOSTS,
      scopes: e.REGISTRATION_SCOPES,
      attemptsPerHour: e.REGISTRATION_ATTEMPTS,
    },
    shutdownTimeout: e.SHUTDOWN_TIMEOUT,
    usageFlushInterval: e.USAGE_FLUSH_INTERVAL,
    /** In days; 0 keeps dynamically registered clients for ever. */
    dynamicClientRetentionDays: e.DYNAMIC_CLIENT_RETENTION_DAYS,
  };
}

/** The environment for the workers of this process: its own, with the database that it has open. */
export function environmentOfWorkers(databaseUrl: Secret): NodeJS.ProcessEnv {
  return { ...process.env, DATABASE_URL: databaseUrl.reveal() };
}
