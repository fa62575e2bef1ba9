import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { ModelName } from '../../adapters/artifact.models.js';
import { ArtifactNodes, artifactId, inAnHour } from './artifact-nodes.js';

let nodes: ArtifactNodes;
beforeAll(async () => {
  nodes = await ArtifactNodes.create();
});
afterAll(() => nodes.close());

async function everything(): Promise<string> {
  const { rows } = await nodes.database.pool.query<{ row: string }>(
    'SELECT artifacts::text AS row FROM artifacts',
  );
  return rows.map(({ row }) => row).join('\n');
}

describe('what is stored', () => {
  test('an artifact is found by its id, with the id put back, and gone once destroyed', async () => {
    const tokens = nodes.adapter('AccessToken');
    const token = artifactId();
    await tokens.upsert(token, { kind: 'AccessToken', jti: token, clientId: 'c', exp: inAnHour() }, 3600);
    expect(await tokens.find(token)).toMatchObject({ jti: token, clientId: 'c' });
    expect(await nodes.adapter('RefreshToken').find(token)).toBeUndefined();
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
      ].map((model) => [model, artifactId()]),
    ) as Record<ModelName, string>;
    for (const [model, secret] of Object.entries(secrets) as [ModelName, string][]) {
      await nodes
        .adapter(model)
        .upsert(secret, { jti: secret, kind: model, exp: inAnHour(), uid: artifactId() }, 3600);
    }
    await nodes
      .adapter('DeviceCode')
      .upsert(secrets.DeviceCode, { jti: secrets.DeviceCode, userCode: 'BCDFGHJK', exp: inAnHour() }, 3600);
    await nodes.adapter('Interaction').upsert(
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
    expect(await nodes.adapter('Interaction').find(secrets.Interaction)).toMatchObject({
      jti: secrets.Interaction,
      deviceCode: secrets.DeviceCode,
    });
  });

  test('a device code is found by its user code and can be saved again without losing it', async () => {
    const codes = nodes.adapter('DeviceCode');
    const code = artifactId();
    await codes.upsert(code, { jti: code, userCode: 'QRSTVWXZ', exp: inAnHour() }, 600);
    expect(await codes.findByUserCode('QRSTVWXZ')).toMatchObject({ jti: code, userCode: 'QRSTVWXZ' });
    expect(await codes.findByUserCode('QRSTVWXY')).toBeUndefined();
    await codes.upsert(code, { jti: code, accountId: 'a', exp: inAnHour() }, 600);
    expect(await codes.findByUserCode('QRSTVWXZ')).toMatchObject({ jti: code, accountId: 'a' });
  });

  test('a session is found by its uid without its id', async () => {
    const sessions = nodes.adapter('Session');
    const session = artifactId();
    await sessions.upsert(session, { jti: session, uid: 'uid-1', accountId: 'a', exp: inAnHour() }, 600);
    const found = await sessions.findByUid('uid-1');
    expect(found).toMatchObject({ uid: 'uid-1', accountId: 'a' });
    expect(found?.jti).toBeUndefined();
  });

  test('two who read one row at once do not share it', async () => {
    const sessions = nodes.adapter('Session');
    const session = artifactId();
    await sessions.upsert(
      session,
      { jti: session, uid: artifactId(), authorizations: { c: { sid: '1' } }, exp: inAnHour() },
      600,
    );
    const [one, two] = await Promise.all([sessions.find(session), sessions.find(session)]);
    (one?.authorizations as Record<string, unknown>)['c'] = 'changed';
    expect(two?.authorizations).toEqual({ c: { sid: '1' } });
  });

  test('one bad row in a batch fails alone', async () => {
    const tokens = nodes.adapter('AccessToken');
    const ids = [artifactId(), artifactId(), artifactId()] as const;
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

test('revoking a grant takes its codes and tokens and nobody else’s', async () => {
  const [grant, other] = [artifactId(), artifactId()] as const;
  const mine = { AccessToken: artifactId(), RefreshToken: artifactId(), AuthorizationCode: artifactId() };
  const foreign = artifactId();
  for (const [model, token] of Object.entries(mine) as [ModelName, string][]) {
    await nodes.adapter(model).upsert(token, { jti: token, grantId: grant, exp: inAnHour() }, 600);
  }
  await nodes.adapter('AccessToken').upsert(foreign, { jti: foreign, grantId: other, exp: inAnHour() }, 600);
  await Promise.all(
    (Object.keys(mine) as ModelName[]).map((model) => nodes.adapter(model).revokeByGrantId(grant)),
  );
  for (const [model, token] of Object.entries(mine) as [ModelName, string][]) {
    expect(await nodes.adapter(model).find(token)).toBeUndefined();
  }
  expect(await nodes.adapter('AccessToken').find(foreign)).toBeDefined();
});

test('an assertion is accepted once, whichever nodes see it, and again only after it expired', async () => {
  const seen = artifactId();
  const results = await Promise.allSettled(
    [0, 1, 0, 1].map((node) =>
      nodes.adapter('ReplayDetection', { node }).upsert(seen, { jti: seen, exp: inAnHour() }, 60),
    ),
  );
  expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
});

test('expired rows are purged in bounded pieces, live ones stay', async () => {
  const repository = nodes.repository();
  const tokens = nodes.adapter('AccessToken');
  const live = artifactId();
  await tokens.upsert(live, { jti: live, exp: inAnHour() }, 600);
  const past = Math.floor(Date.now() / 1000) - 10;
  await Promise.all(
    Array.from({ length: 25 }, () => artifactId()).map((token) =>
      tokens.upsert(token, { jti: token, exp: past }, 1),
    ),
  );
  expect((await repository.purgeExpired(10)).count).toBe(10);
  expect((await repository.purgeExpired(100)).count).toBeGreaterThanOrEqual(15);
  expect(await tokens.find(live)).toBeDefined();
});
