import { DatabaseSigner } from '../../src/platform/keys/database-signer.js';
import { SIGNING_ALGORITHMS, type SigningAlgorithm } from '../../src/settings/protocol/signing-algorithms.js';
import { adminAudience } from '../../src/tenancy/admin-tokens/admin-audience.js';
import { randomBytes, randomUUID } from 'node:crypto';
import Router from '@koa/router';
import { exportJWK, generateKeyPair } from 'jose';
import Koa from 'koa';
import type { AdapterFactory, Configuration } from 'oidc-provider';
import Provider from 'oidc-provider';
import pg from 'pg';
import { ADMIN_SCOPES } from '../../src/tenancy/access/permissions.js';
import { ClientCertificates } from '../../src/platform/client-certificates/client-certificates.js';
import { Hashing } from '../../src/platform/crypto/hashing.js';
import { readForm } from '../../src/platform/http/body.js';
import { engineConfiguration } from '../../src/endpoints/oidc/configuration.js';
import { adminApi } from '../../src/registry/apis/api-record.js';
import { listen } from '../../src/platform/http/server.js';
import type { Settings } from '../../src/settings/settings.js';
import { createLogger } from '../../src/platform/telemetry/telemetry.js';
import { PlainAdapter } from './plain.adapter.js';
import { CLIENT, SCOPE, type Target } from '../load/target.js';

/**
 * Ways to serve the same flows; `postern-metrics` has METRICS_PORT set; those with an algorithm sign everything with it,
 * to compare algorithms.
 */
export const CANDIDATES = [
  'postern',
  'postern-metrics',
  'memory',
  'plain',
  'memory-RS256',
  'memory-ES256',
  'memory-EdDSA',
] as const;
export type CandidateName = (typeof CANDIDATES)[number];

const EMAIL = 'bench@postern.test';
const PASSWORD = 'correct horse battery staple';
/** Starts a candidate without Postern in this process and says how to reach it. */
export async function startEngineCandidate(name: CandidateName, settings: Settings): Promise<Target> {
  const common = {
    name,
    issuer: settings.issuer,
    resource: adminAudience(settings.issuer),
    email: EMAIL,
    password: PASSWORD,
  };
  const algorithm = SIGNING_ALGORITHMS.find((one) => name.endsWith(`-${one}`));
  return {
    ...common,
    ...(await startEngineAlone(name === 'plain', settings, algorithm)),
  };
}

/** The engine with the same configuration, and pages that are no more than a form. */
async function startEngineAlone(plain: boolean, settings: Settings, algorithm: SigningAlgorithm | undefined) {
  const [clientId, clientSecret] = [randomUUID(), randomBytes(32).toString('base64url')];
  const { scopes: _, ...fields } = CLIENT;
  const client = {
    ...fields,
    client_id: clientId,
    client_secret: clientSecret,
    scope: SCOPE,
    response_types: ['code' as const],
    allowed_scopes: [...SCOPE.split(' '), 'clients.read'],
    registration_type: 'manual',
  };
  const pool = new pg.Pool({
    connectionString: settings.databaseUrl?.reveal() ?? '',
    max: settings.databasePoolSize,
  });
  pool.on('error', () => undefined);
  const adapter: AdapterFactory = (model) => new PlainAdapter(model, pool);
  const pages = () => undefined;
  const configuration: Configuration = engineConfiguration({
    settings,
    certificates: new ClientCertificates(settings.clientCertificates, createLogger({ level: 'silent' })),
    dpopNonceSecret: randomBytes(32),
    keys: {
      signing: await signingKeys(algorithm ? [algorithm] : ['RS256', 'ES256']),
      cookies: [randomBytes(32).toString('hex')],
      fingerprint: '',
    },
    scopes: SCOPE.split(' '),
    detailsTypes: new Map(),
    adapter,
    findAccount: (_ctx, sub) => ({ accountId: sub, claims: () => ({ sub, email: EMAIL }) }),
    audiencesOf: () => Promise.resolve([]),
    findApi: () =>
      Promise.resolve({
        ...adminApi(adminAudience(settings.issuer), ADMIN_SCOPES, settings.ttl.clientCredentials),
        // The engine knows more of them than our APIs may have.
        ...(algorithm ? { signingAlg: algorithm as 'ES256' } : {}),
      }),
    mayAuthorize: () => Promise.resolve(true),
    subjects: {
      subjectOf: (_clientId, accountId) => Promise.resolve(accountId),
      accountOf: (_clientId, subject) => Promise.resolve(subject),
    },
    countAnonymous: () => Promise.resolve(),
    signUp: 'off',
    backchannel: {
      accountOf: () => Promise.reject(new Error('CIBA is off')),
      count: () => Promise.resolve(),
      notify: () => Promise.resolve(),
    },
    secondFactor: {
      issuer: settings.issuer,
      passkeys: false,
      policyFor: () => Promise.resolve({ enrolled: { passkey: false, totp: false }, isRequired: false }),
      isTrusted: () => Promise.resolve(false),
    },
    pages: {
      renderError: pages,
      logoutSource: pages,
      postLogoutSuccessSource: pages,
      userCodeInputSource: pages,
      userCodeConfirmSource: pages,
      successSource: pages,
    },
  });
  // Postern answers introspection without the engine, whose policy is to tell nothing.
  if (configuration.features?.introspection) configuration.features.introspection.allowedPolicy = () => true;
  if (algorithm) {
    const signing = { id_token_signed_response_alg: algorithm as 'RS256' };
    configuration.clientDefaults = signing;
    configuration.enabledJWA = {
      ...configuration.enabledJWA,
      idTokenSigningAlgValues: Object.values(signing),
    };
  }
  if (plain) {
    await PlainAdapter.prepare(pool);
    await adapter('Client').upsert(clientId, client, 1e9);
  } else {
    delete configuration.adapter;
    configuration.clients = [client];
  }
  const provider = new Provider(settings.issuer, configuration);
  const app = new Koa();
  app.use((await formPages(provider)).routes());
  const handle = provider.callback();
  app.use(async (ctx) => {
    ctx.respond = false;
    await handle(ctx.req, ctx.res);
  });
  await listen(app, settings.host, settings.port);
  return { clientId, clientSecret };
}

function signingKeys(algorithms: readonly SigningAlgorithm[]) {
  return Promise.all(
    algorithms.map(async (alg) => {
      const { privateKey } = await generateKeyPair(alg, { extractable: true });
      return new DatabaseSigner(alg, alg, { ...(await exportJWK(privateKey)), alg, use: 'sig', kid: alg });
    }),
  );
}

async function formPages(provider: Provider): Promise<Router> {
  const hashing = new Hashing({ processes: 1, passwordCost: 12, importedSecretCost: 10 });
  const hash = await hashing.hashPassword(PASSWORD);
  const router = new Router();
  router.get('/interaction/:uid', async (ctx) => {
    const { prompt, uid } = await provider.interactionDetails(ctx.req, ctx.res);
    const field =
      prompt.name === 'login' ? '<input name="email"><input type="password" name="password">' : '';
    ctx.type = 'html';
    ctx.body = `<form method="post" action="/interaction/${uid}/${prompt.name}">${field}<button>Go on</button></form>`;
  });
  router.post('/interaction/:uid/login', async (ctx) => {
    const form = await readForm(ctx, 10_000);
    if (!(await hashing.verifyPassword(form.get('password') ?? '', hash))) ctx.throw(400);
    ctx.redirect(
      await provider.interactionResult(ctx.req, ctx.res, { login: { accountId: form.get('email') ?? '' } }),
    );
  });
  router.post('/interaction/:uid/consent', async (ctx) => {
    const { session, params, grantId } = await provider.interactionDetails(ctx.req, ctx.res);
    const accountId = session?.accountId ?? '';
    const grant =
      (grantId && (await provider.Grant.find(grantId))) ||
      new provider.Grant({ accountId, clientId: String(params['client_id']) });
    grant.addOIDCScope(String(params['scope']));
    const consent = { grantId: await grant.save() };
    ctx.redirect(await provider.interactionResult(ctx.req, ctx.res, { consent }));
  });
  return router;
}
