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

const seconds = (fallback: number) => z.coerce.number().int().min(1).max(315_360_000).default(fallback);
const count = (fallback: number, min: number, max: number) =>
  z.coerce.number().int().min(min).max(max).default(fallback);

const issuerUrl = z.url({ protocol: /^https?$/ }).refine((value) => {
  const url = new URL(value);
  const local = ['localhost', '127.0.0.1', '[::1]'].includes(url.hostname);
  return (
    url.pathname === '/' &&
    !url.search &&
    !url.hash &&
    !value.endsWith('/') &&
    (url.protocol === 'https:' || local)
  );
}, 'must be an origin such as https://id.example.com: https (http only for localhost), no path, no trailing slash');

const encryptionKey = z
  .string()
  .refine(
    (value) => Buffer.from(value, 'base64url').length === 32,
    'must be 32 bytes in base64url: openssl rand -base64 32 | tr +/ -_',
  )
  .transform((value) => new Secret(value));

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
      z.strictObject({
        issuer: z.url(),
        jwks_uri: z.url({ protocol: /^https?$/ }),
        audience: z.string().min(1),
        scope_claim: z.string().min(1).default('scope'),
      }),
    ),
  );

const environment = z.object({
  ISSUER: issuerUrl.default('http://localhost:3000'),
  HOST: z.string().min(1).default('127.0.0.1'),
  PORT: count(3000, 0, 65_535),
  DATABASE_URL: z
    .string()
    .regex(/^postgres(ql)?:\/\//, 'must start with postgres:// or postgresql://')
    .transform((value) => new Secret(value))
    .optional(),
  DATABASE_POOL_SIZE: count(10, 1, 1_000),
  DATA_DIR: z.string().min(1).default('.postern'),
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
  REFRESH_GRACE: z.coerce.number().int().min(0).max(300).default(10),
  EXPIRY_INTERVAL: seconds(60),
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
});

/** Everything that whoever runs Postern can choose; durations are in seconds. */
export type Settings = Readonly<ReturnType<typeof readSettings>>;

/** Reads the environment (an empty variable counts as unset). Throws SettingsError that lists every problem. */
export function readSettings(env: NodeJS.ProcessEnv = process.env) {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''));
  const result = environment.safeParse(given);
  if (!result.success) {
    throw new SettingsError(result.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`));
  }
  const e = result.data;
  return {
    issuer: e.ISSUER,
    host: e.HOST,
    port: e.PORT,
    databaseUrl: e.DATABASE_URL,
    databasePoolSize: e.DATABASE_POOL_SIZE,
    dataDirectory: e.DATA_DIR,
    encryptionKey: e.ENCRYPTION_KEY,
    trustedProxies: e.TRUSTED_PROXIES,
    logLevel: e.LOG_LEVEL,
    adminIssuers: e.ADMIN_ISSUERS.map((outside) => ({
      issuer: outside.issuer,
      jwksUri: outside.jwks_uri,
      audience: outside.audience,
      scopeClaim: outside.scope_claim,
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
    refreshGrace: e.REFRESH_GRACE,
    expiryInterval: e.EXPIRY_INTERVAL,
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
  };
}
