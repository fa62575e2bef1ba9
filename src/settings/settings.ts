import { isLocalHttp } from './entries/checks.js';
import { portProblems, problemsBetween } from './problems-between.js';
import type { Secret } from './secret.js';
import type { Environment } from './setting.js';
import { SettingsError } from './settings-error.js';
import { type EffectiveSetting, effectiveSettings, readValues, type Values } from './values.js';

/** Everything that an operator can choose; durations are in seconds. */
export type Settings = Readonly<ReturnType<typeof assemble>> & {
  /** Each setting with its text and where that comes from. */
  readonly effective: readonly EffectiveSetting[];
};

/** Reads the environment (an empty variable counts as unset). Throws SettingsError that lists every problem. */
export function readSettings(environment: Environment = process.env): Settings {
  return check(environment, () => []);
}

/** As `readSettings`, for a process that listens: ISSUER has to lead to its port. */
export function readServerSettings(environment: Environment = process.env): Settings {
  return check(environment, portProblems);
}

/** Each setting with its text, as a server with this environment would use it. Throws SettingsError as that would. */
export function currentSettings(environment: Environment = process.env): EffectiveSetting[] {
  readServerSettings(environment);
  return effectiveSettings(environment);
}

/** Set for workers whose database is the embedded one of their parent. */
const EMBEDDED_DATABASE = 'POSTERN_EMBEDDED_DATABASE';

/** The environment for the workers of this process: its own, with the database that it has open. */
export function environmentOfWorkers(
  databaseUrl: Secret,
  environment: NodeJS.ProcessEnv = process.env,
): NodeJS.ProcessEnv {
  const embedded = environment['DATABASE_URL'] ? {} : { [EMBEDDED_DATABASE]: 'on' };
  return { ...environment, ...embedded, DATABASE_URL: databaseUrl.reveal() };
}

/** What the operator set: without the database that a parent process handed over. */
function givenTo(environment: Environment): Environment {
  return environment[EMBEDDED_DATABASE] ? { ...environment, DATABASE_URL: undefined } : environment;
}

function check(environment: Environment, more: (values: Partial<Values>) => string[]): Settings {
  const { values, problems } = readValues(environment);
  problems.push(...more(values), ...problemsBetween(values));
  if (problems.length > 0) throw new SettingsError(problems);
  return { ...assemble(values as Values), effective: effectiveSettings(givenTo(environment)) };
}

function assemble(e: Values) {
  return {
    issuer: e.ISSUER,
    host: e.HOST,
    port: e.PORT,
    workers: e.WORKERS,
    nodeName: e.CONSOLE_NODE_NAME,
    databaseUrl: e.DATABASE_URL,
    databasePoolSize: e.DATABASE_POOL_SIZE,
    databaseTimeout: e.DATABASE_TIMEOUT,
    /** False behind a pooler in transaction mode that does not support prepared statements. */
    databasePreparedStatements: e.DATABASE_PREPARED_STATEMENTS,
    dataDirectory: e.DATA_DIR,
    postgresBin: e.POSTGRES_BIN,
    encryptionKey: e.ENCRYPTION_KEY,
    trustedProxies: e.TRUSTED_PROXIES,
    logLevel: e.LOG_LEVEL,
    logFormat: e.LOG_FORMAT,
    adminIssuers: e.ADMIN_ISSUERS,
    console: e.CONSOLE === 'on',
    passwordHashCost: e.PASSWORD_HASH_COST,
    /** No variable sets it: each process checks a client secret from elsewhere once, which may be guessable. */
    importedSecretHashCost: 10,
    signInHistoryDays: e.SIGN_IN_HISTORY_DAYS,
    mail: mailSettings(e),
    signUp: {
      mode: e.SIGN_UP,
      /** Empty means any. */
      domains: e.SIGN_UP_DOMAINS,
      termsUrl: e.TERMS_URL,
      privacyUrl: e.PRIVACY_URL,
    },
    attempts: {
      signInPerAccount: e.SIGN_IN_ATTEMPTS_PER_ACCOUNT,
      signInPerAddress: e.SIGN_IN_ATTEMPTS_PER_ADDRESS,
      secondFactor: e.SECOND_FACTOR_ATTEMPTS,
      recovery: e.RECOVERY_ATTEMPTS,
      signUp: e.SIGN_UP_ATTEMPTS,
      clientSecret: e.CLIENT_SECRET_ATTEMPTS,
      userCode: e.USER_CODE_ATTEMPTS,
      anonymous: e.ANONYMOUS_REQUESTS,
      clientDocument: e.CLIENT_ID_DOCUMENT_FETCHES,
      consoleChanges: e.CONSOLE_CHANGES,
      consoleRequests: e.CONSOLE_REQUESTS,
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
      sessionIdle: e.SESSION_IDLE_TTL,
    },
    allow: {
      plainPkce: e.ALLOW_PLAIN_PKCE,
      implicit: e.ALLOW_IMPLICIT,
      anyScopeNames: e.SCOPE_NAMES === 'any',
      anyClientRecords: e.CLIENT_RECORDS === 'any',
    },
    pkce: e.PKCE,
    protocol: {
      parRequired: e.PAR === 'required',
      dpopNonceRequired: e.DPOP_NONCE === 'required',
      ciba: e.CIBA === 'on',
      signingAlgorithms: e.SIGNING_ALGORITHMS,
      /** Of new clients that do not say. */
      idTokenAlg: e.ID_TOKEN_ALG,
      /** Whose assertions about people are accepted. */
      identityIssuers: e.IDENTITY_ISSUERS,
    },
    clientCertificates: {
      enabled: e.MTLS_CERTIFICATE_HEADER !== undefined,
      /** In lower case. */
      header: e.MTLS_CERTIFICATE_HEADER ?? '',
      format: e.MTLS_CERTIFICATE_FORMAT,
      proxies: e.MTLS_PROXIES,
      caFile: e.MTLS_CA_FILE,
      /** Where the proxy asks for certificates, if not at the issuer. */
      origin: e.MTLS_ORIGIN,
    },
    secondFactor: e.SECOND_FACTOR,
    passkeyRpId: e.PASSKEY_RP_ID,
    refreshGrace: e.REFRESH_GRACE,
    expiryInterval: e.EXPIRY_INTERVAL,
    publisher: {
      /** Empty means the resolvers of the system. */
      dnsServers: e.DNS_SERVERS,
      checkInterval: e.PUBLISHER_CHECK_INTERVAL,
      timeout: e.PUBLISHER_TIMEOUT,
    },
    clientRestoreDays: e.CLIENT_RESTORE_DAYS,
    registration: {
      mode: e.REGISTRATION,
      project: e.REGISTRATION_PROJECT,
      grantTypes: e.REGISTRATION_GRANT_TYPES,
      /** Empty means any. */
      redirectHosts: e.REGISTRATION_REDIRECT_HOSTS,
      scopes: e.REGISTRATION_SCOPES,
      attemptsPerHour: e.REGISTRATION_ATTEMPTS,
    },
    clientDocuments: {
      enabled: e.CLIENT_ID_DOCUMENTS === 'on',
      /** Empty means any. */
      hosts: e.CLIENT_ID_DOCUMENT_HOSTS,
    },
    shutdownTimeout: e.SHUTDOWN_TIMEOUT,
    metrics: {
      host: e.METRICS_HOST,
      /** Undefined: nothing is measured. */
      port: e.METRICS_PORT,
    },
    tracing: tracingSettings(e),
    usageFlushInterval: e.USAGE_FLUSH_INTERVAL,
    /** In days; 0 keeps dynamically registered clients. */
    dynamicClientRetentionDays: e.DYNAMIC_CLIENT_RETENTION_DAYS,
  };
}

function tracingSettings(e: Values) {
  const hasEndpoint = e.OTEL_EXPORTER_OTLP_ENDPOINT ?? e.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT;
  const exporter = e.OTEL_TRACES_EXPORTER ?? (hasEndpoint === undefined ? 'none' : 'otlp');
  return {
    /** Whether requests are traced. Where to, the exporter reads from its own variables. */
    on: exporter === 'otlp' && !e.OTEL_SDK_DISABLED,
    sampler: e.OTEL_TRACES_SAMPLER,
    /** From 0 to 1. */
    share: e.OTEL_TRACES_SAMPLER_ARG,
  };
}

function mailSettings({ ISSUER, SMTP_URL, MAIL_FROM, SUPPORT_URL }: Values) {
  const { hostname } = new URL(ISSUER);
  const unsent = isLocalHttp(new URL(ISSUER)) ? ('development mailbox' as const) : ('off' as const);
  return {
    /** Where mails go; `off` turns off what needs mail. */
    delivery: SMTP_URL === undefined ? unsent : ('smtp' as const),
    smtpUrl: SMTP_URL,
    from: MAIL_FROM ?? { name: '', address: `no-reply@${hostname}` },
    supportUrl: SUPPORT_URL,
  };
}
