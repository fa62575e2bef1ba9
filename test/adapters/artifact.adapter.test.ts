import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { errors } from 'oidc-provider';
import { ArtifactAdapter } from '../../adapters/artifact.adapter.js';
import { ArtifactRepository } from '../../adapters/artifact.repository.js';
import { ArtifactStore } from '../../adapters/artifact.store.js';
import type { ModelName } from '../../adapters/artifact.models.js';
import { successorOf } from '../../adapters/refresh-grace.js';
import { Database } from '../../src/platform/db/database.js';
import { Vault } from '../../src/platform/crypto/sealing.js';
import { createTestDatabase, type TestDatabase } from '../harness/database/test-database.js';

const vault = new Vault(randomBytes(32));
const id = () => randomBytes(32).toString('base64url');
const inAnHour = () => Math.floor(Date.now() / 1000) + 3600;

let testDatabase: TestDatabase;
let nodes: Database[];

beforeAll(async () => {
  testDatabase = await createTestDatabase();
  nodes = [1, 2].map(() => new Database(testDatabase.url, 5, () => undefined));
});
afterAll(async () => {
  await Promise.all(nodes.map((node) => node.close()));
  await testDatabase.drop();
});

function adapter(model: ModelName, { node = 0, refreshGrace = 10 } = {}): ArtifactAdapter {
  const store = new ArtifactStore(new ArtifactRepository(nodes[node] as Database));
  return new ArtifactAdapter(model, {
    store,
    vault,
    refreshGrace,
    clientTokensValidAfter: () => Promise.resolve(0),
    findAccount: () => Promise.resolve(undefined),
  });
}

async function everything(): Promise<string> {
  const { rows } = await testDatabase.pool.query<{ row: string }>(
    'SELECT artifacts::text AS row FROM artifacts',
  );
  return rows.map(({ row }) => row).join('\n');
}

describe('what is stored', () => {
  test('an artifact is found by its id, with the id put back, and gone once destroyed', async () => {
    const tokens = adapter('AccessToken');
    const token = id();
    await tokens.upsert(token, { kind: 'AccessToken', jti: token, clientId: 'c', exp: inAnHour() }, 3600);
    expect(await tokens.find(token)).toMatchObject({ jti: token, clientId: 'c' });
    expect(await adapter('RefreshToken').find(token)).toBeUndefined();
    await tokens.destroy(token);
    expect(await tokens.find(token)).toBeUndefined();
  });

  test('nothing in the table works as a credential: no id, user code, session cookie or device code', async () => {
    const secrets = Object.fromEntries(
      [
        'AccessToken',
        'AuthorizationCode',
        'RefreshToken',
        'ClientCredentials',
        'DeviceCode',
        'Session',
        'Interaction',
      ].map((model) => [model, id()]),
    ) as Record<ModelName, string>;
    for (const [model, secret] of Object.entries(secrets) as [ModelName, string][]) {
      await adapter(model).upsert(secret, { jti: secret, kind: model, exp: inAnHour(), uid: id() }, 3600);
    }
    await adapter('DeviceCode').upsert(
      secrets.DeviceCode,
      { jti: secrets.DeviceCode, userCode: 'BCDFGHJK', exp: inAnHour() },
      3600,
    );
    await adapter('Interaction').upsert(
      secrets.Interaction,
      {
        jti: secrets.Interaction,
        returnTo: `https://op.example/oauth2/authorize/${secrets.Interaction}`,
        deviceCode: secrets.DeviceCode,
        session: { accountId: 'a', cookie: secrets.Session },
        exp: inAnHour(),
      },
      3600,
    );
    const stored = await everything();
    for (const secret of [...Object.values(secrets), 'BCDFGHJK']) {
      expect(stored).not.toContain(secret);
      expect(stored).not.toContain(Buffer.from(secret).toString('hex'));
      expect(stored).not.toContain(Buffer.from(secret).toString('base64'));
    }
    expect(await adapter('Interaction').find(secrets.Interaction)).toMatchObject({
      jti: secrets.Interaction,
      deviceCode: secrets.DeviceCode,
    });
  });

  test('a device code is found by its user code and can be saved again without losing it', async () => {
    const codes = adapter('DeviceCode');
    const code = id();
    await codes.upsert(code, { jti: code, userCode: 'QRSTVWXZ', exp: inAnHour() }, 600);
    expect(await codes.findByUserCode('QRSTVWXZ')).toMatchObject({ jti: code, userCode: 'QRSTVWXZ' });
    expect(await codes.findByUserCode('QRSTVWXY')).toBeUndefined();
    await codes.upsert(code, { jti: code, accountId: 'a', exp: inAnHour() }, 600);
    expect(await codes.findByUserCode('QRSTVWXZ')).toMatchObject({ jti: code, accountId: 'a' });
  });

  test('a session is found by its uid without its id', async () => {
    const sessions = adapter('Session');
    const session = id();
    await sessions.upsert(session, { jti: session, uid: 'uid-1', accountId: 'a', exp: inAnHour() }, 600);
    const found = await sessions.findByUid('uid-1');
    expect(found).toMatchObject({ uid: 'uid-1', accountId: 'a' });
    expect(found?.jti).toBeUndefined();
  });

  test('two who read one row at once do not share it', async () => {
    const sessions = adapter('Session');
    const session = id();
    await sessions.upsert(
      session,
      { jti: session, uid: id(), authorizations: { c: { sid: '1' } }, exp: inAnHour() },
      600,
    );
    const [one, two] = await Promise.all([sessions.find(session), sessions.find(session)]);
    (one?.authorizations as Record<string, unknown>)['c'] = 'changed';
    expect(two?.authorizations).toEqual({ c: { sid: '1' } });
  });

  test('one bad row in a batch fails alone', async () => {
    const tokens = adapter('AccessToken');
    const ids = [id(), id(), id()] as const;
    const results = await Promise.allSettled(
      ids.map((token, index) =>
        tokens.upsert(
          token,
          { jti: token, clientId: index === 1 ? 'zero \0 byte' : 'fine', exp: inAnHour() },
          60,
        ),
      ),
    );
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(await tokens.find(ids[2])).toMatchObject({ clientId: 'fine' });
  });
});

describe.each(['AuthorizationCode', 'DeviceCode'] as const)('redeeming a %s', (model) => {
  test('100 at once on two nodes: one wins, the others get invalid_grant and what it yielded is revoked', async () => {
    const [code, grant, token] = [id(), id(), id()] as const;
    await adapter('Grant').upsert(grant, { jti: grant, accountId: 'a', exp: inAnHour() }, 600);
    await adapter('AccessToken').upsert(token, { jti: token, grantId: grant, exp: inAnHour() }, 600);
    await adapter(model).upsert(code, { jti: code, grantId: grant, exp: inAnHour() }, 600);
    const adapters = [adapter(model, { node: 0 }), adapter(model, { node: 1 })] as const;
    const results = await Promise.allSettled(
      Array.from({ length: 100 }, (_, index) => adapters[index % 2 === 0 ? 0 : 1].consume(code)),
    );
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    for (const result of results) {
      if (result.status === 'rejected') expect(result.reason).toBeInstanceOf(errors.InvalidGrant);
    }
    expect(await adapter('AccessToken').find(token)).toBeUndefined();
    expect(await adapter('Grant').find(grant)).toBeUndefined();
  });

  test('one that is gone is invalid_grant, not a failure', async () => {
    await expect(adapter(model).consume(id())).rejects.toBeInstanceOf(errors.InvalidGrant);
  });
});

describe('refresh tokens', () => {
  async function family() {
    const [token, grant] = [id(), id()] as const;
    await adapter('Grant').upsert(grant, { jti: grant, exp: inAnHour() }, 600);
    await adapter('RefreshToken').upsert(token, { jti: token, grantId: grant, exp: inAnHour() }, 600);
    const salt = (await adapter('RefreshToken').find(token))?.['successorSalt'] as string | undefined;
    expect(salt).toMatch(/^[\w-]{22}$/);
    const successor = successorOf(vault, token, salt);
    const succeed = () =>
      adapter('RefreshToken').upsert(successor, { jti: successor, grantId: grant, exp: inAnHour() }, 600);
    return { token, grant, successor, succeed };
  }

  test('within the grace a used one counts as unused while its successor is unused', async () => {
    const { token, succeed } = await family();
    const tokens = adapter('RefreshToken');
    await tokens.consume(token);
    expect((await tokens.find(token))?.consumed).toEqual(expect.any(Number));
    await succeed();
    expect((await tokens.find(token))?.consumed).toBeUndefined();
    await tokens.consume(token);
  });

  test('once the successor was used, the predecessor is a replay that ends the family', async () => {
    const { token, grant, successor, succeed } = await family();
    const tokens = adapter('RefreshToken');
    await tokens.consume(token);
    await succeed();
    await tokens.consume(successor);
    expect((await tokens.find(token))?.consumed).toEqual(expect.any(Number));
    await expect(tokens.consume(token)).rejects.toBeInstanceOf(errors.InvalidGrant);
    expect(await tokens.find(successor)).toBeUndefined();
    expect(await adapter('Grant').find(grant)).toBeUndefined();
  });

  test('without grace 100 at once: one wins', async () => {
    const { token } = await family();
    const adapters = [
      adapter('RefreshToken', { refreshGrace: 0 }),
      adapter('RefreshToken', { node: 1, refreshGrace: 0 }),
    ] as const;
    const results = await Promise.allSettled(
      Array.from({ length: 100 }, (_, index) => adapters[index % 2 === 0 ? 0 : 1].consume(token)),
    );
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });

  test('writing a used one again does not make it unused', async () => {
    const { token, grant } = await family();
    const tokens = adapter('RefreshToken', { refreshGrace: 0 });
    await tokens.consume(token);
    await tokens.upsert(token, { jti: token, grantId: grant, exp: inAnHour() }, 600);
    expect((await tokens.find(token))?.consumed).toEqual(expect.any(Number));
  });
});

test('revoking a grant takes its codes and tokens and nobody else’s', async () => {
  const [grant, other] = [id(), id()] as const;
  const mine = { AccessToken: id(), RefreshToken: id(), AuthorizationCode: id() };
  const foreign = id();
  for (const [model, token] of Object.entries(mine) as [ModelName, string][]) {
    await adapter(model).upsert(token, { jti: token, grantId: grant, exp: inAnHour() }, 600);
  }
  await adapter('AccessToken').upsert(foreign, { jti: foreign, grantId: other, exp: inAnHour() }, 600);
  await Promise.all((Object.keys(mine) as ModelName[]).map((model) => adapter(model).revokeByGrantId(grant)));
  for (const [model, token] of Object.entries(mine) as [ModelName, string][]) {
    expect(await adapter(model).find(token)).toBeUndefined();
  }
  expect(await adapter('AccessToken').find(foreign)).toBeDefined();
});

test('an assertion is accepted once, whichever nodes see it, and again only after it expired', async () => {
  const seen = id();
  const results = await Promise.allSettled(
    [0, 1, 0, 1].map((node) =>
      adapter('ReplayDetection', { node }).upsert(seen, { jti: seen, exp: inAnHour() }, 60),
    ),
  );
  expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
});

test('expired rows are purged in bounded pieces, live ones stay', async () => {
  const repository = new ArtifactRepository(nodes[0] as Database);
  const tokens = adapter('AccessToken');
  const live = id();
  await tokens.upsert(live, { jti: live, exp: inAnHour() }, 600);
  const past = Math.floor(Date.now() / 1000) - 10;
  await Promise.all(
    Array.from({ length: 25 }, () => id()).map((token) => tokens.upsert(token, { jti: token, exp: past }, 1)),
  );
  expect((await repository.purgeExpired(10)).count).toBe(10);
  expect((await repository.purgeExpired(100)).count).toBeGreaterThanOrEqual(15);
  expect(await tokens.find(live)).toBeDefined();
});
