import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Engine, type EngineInputs } from '../../../src/endpoints/oidc/engine.js';
import { startTestServer, type TestServer } from '../../harness/nodes/test-server.js';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.close());

test('what was read earlier does not take over from what was read later', async () => {
  const inputs = (fingerprint: string): EngineInputs => ({
    fingerprint,
    plainScopes: new Set(),
    signing: [],
    build: () => server.engine.provider,
  });
  let slow: (inputs: EngineInputs) => void = () => undefined;
  const reads = [
    () => Promise.resolve(inputs('first')),
    () => new Promise<EngineInputs>((resolve) => (slow = resolve)),
    () => Promise.resolve(inputs('third')),
    () => Promise.resolve(inputs('third')),
  ];
  const engine = await Engine.start(
    () => reads.shift()?.() ?? Promise.reject(new Error('one read too many')),
  );
  const refreshes = [engine.refresh(), engine.refresh()];
  // Whatever the second could do without the first is done by then.
  await new Promise(setImmediate);
  slow(inputs('second'));
  await Promise.all(refreshes);
  expect(await engine.refresh()).toBe(false);
});

test('a read that fails does not end the following', async () => {
  const inputs: EngineInputs = {
    fingerprint: 'same',
    plainScopes: new Set(),
    signing: [],
    build: () => server.engine.provider,
  };
  const reads = [Promise.resolve(inputs), Promise.reject(new Error('no database')), Promise.resolve(inputs)];
  reads[1]?.catch(() => undefined);
  const engine = await Engine.start(() => reads.shift() ?? Promise.reject(new Error('one read too many')));
  await expect(engine.refresh()).rejects.toThrow('no database');
  expect(await engine.refresh()).toBe(false);
});

test('what could not be built is built by the next refresh', async () => {
  const { provider } = server.engine;
  let broken = true;
  let fingerprint = 'first';
  const engine = await Engine.start(async () => ({
    fingerprint,
    plainScopes: new Set([fingerprint]),
    signing: [],
    build: () => {
      if (fingerprint === 'second' && broken) throw new Error('cannot be built');
      return provider;
    },
  }));
  fingerprint = 'second';
  await expect(engine.refresh()).rejects.toThrow('cannot be built');
  expect([...engine.inputs.plainScopes]).toEqual(['first']);
  broken = false;
  expect(await engine.refresh()).toBe(true);
  expect([...engine.inputs.plainScopes]).toEqual(['second']);
});
