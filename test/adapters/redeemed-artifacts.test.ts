import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { errors } from 'oidc-provider';
import { successorOf } from '../../adapters/refresh-grace.js';
import { ArtifactNodes, artifactId, inAnHour } from './artifact-nodes.js';

let nodes: ArtifactNodes;
beforeAll(async () => {
  nodes = await ArtifactNodes.create();
});
afterAll(() => nodes.close());

describe.each(['AuthorizationCode', 'DeviceCode'] as const)('redeeming a %s', (model) => {
  test('100 at once on two nodes: one wins, the others get invalid_grant and what it yielded is revoked', async () => {
    const [code, grant, token] = [artifactId(), artifactId(), artifactId()] as const;
    await nodes.adapter('Grant').upsert(grant, { jti: grant, accountId: 'a', exp: inAnHour() }, 600);
    await nodes.adapter('AccessToken').upsert(token, { jti: token, grantId: grant, exp: inAnHour() }, 600);
    await nodes.adapter(model).upsert(code, { jti: code, grantId: grant, exp: inAnHour() }, 600);
    const adapters = [nodes.adapter(model, { node: 0 }), nodes.adapter(model, { node: 1 })] as const;
    const results = await Promise.allSettled(
      Array.from({ length: 100 }, (_, index) => adapters[index % 2 === 0 ? 0 : 1].consume(code)),
    );
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    for (const result of results) {
      if (result.status === 'rejected') expect(result.reason).toBeInstanceOf(errors.InvalidGrant);
    }
    expect(await nodes.adapter('AccessToken').find(token)).toBeUndefined();
    expect(await nodes.adapter('Grant').find(grant)).toBeUndefined();
  });

  test('one that is gone is invalid_grant, not a failure', async () => {
    await expect(nodes.adapter(model).consume(artifactId())).rejects.toBeInstanceOf(errors.InvalidGrant);
  });
});

describe('refresh tokens', () => {
  async function family() {
    const [token, grant] = [artifactId(), artifactId()] as const;
    await nodes.adapter('Grant').upsert(grant, { jti: grant, exp: inAnHour() }, 600);
    await nodes.adapter('RefreshToken').upsert(token, { jti: token, grantId: grant, exp: inAnHour() }, 600);
    const salt = (await nodes.adapter('RefreshToken').find(token))?.['successorSalt'] as string | undefined;
    expect(salt).toMatch(/^[\w-]{22}$/);
    const successor = successorOf(nodes.vault, token, salt);
    const succeed = () =>
      nodes
        .adapter('RefreshToken')
        .upsert(successor, { jti: successor, grantId: grant, exp: inAnHour() }, 600);
    return { token, grant, successor, succeed };
  }

  test('within the grace a used one counts as unused while its successor is unused', async () => {
    const { token, succeed } = await family();
    const tokens = nodes.adapter('RefreshToken');
    await tokens.consume(token);
    expect((await tokens.find(token))?.consumed).toEqual(expect.any(Number));
    await succeed();
    expect((await tokens.find(token))?.consumed).toBeUndefined();
    await tokens.consume(token);
  });

  test('once the successor was used, the predecessor is a replay that ends the family', async () => {
    const { token, grant, successor, succeed } = await family();
    const tokens = nodes.adapter('RefreshToken');
    await tokens.consume(token);
    await succeed();
    await tokens.consume(successor);
    expect((await tokens.find(token))?.consumed).toEqual(expect.any(Number));
    await expect(tokens.consume(token)).rejects.toBeInstanceOf(errors.InvalidGrant);
    expect(await tokens.find(successor)).toBeUndefined();
    expect(await nodes.adapter('Grant').find(grant)).toBeUndefined();
  });

  test('without grace 100 at once: one wins', async () => {
    const { token } = await family();
    const adapters = [
      nodes.adapter('RefreshToken', { refreshGrace: 0 }),
      nodes.adapter('RefreshToken', { node: 1, refreshGrace: 0 }),
    ] as const;
    const results = await Promise.allSettled(
      Array.from({ length: 100 }, (_, index) => adapters[index % 2 === 0 ? 0 : 1].consume(token)),
    );
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });

  test('writing a used one again does not make it unused', async () => {
    const { token, grant } = await family();
    const tokens = nodes.adapter('RefreshToken', { refreshGrace: 0 });
    await tokens.consume(token);
    await tokens.upsert(token, { jti: token, grantId: grant, exp: inAnHour() }, 600);
    expect((await tokens.find(token))?.consumed).toEqual(expect.any(Number));
  });
});
