import { availableParallelism } from 'node:os';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { PASSWORD, startTestServer, type TestServer } from '../../harness/nodes/test-server.js';
import { machineToken, registerMachine } from '../../harness/admin/usage.js';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({ env: { PASSWORD_HASH_COST: '10' } });
});
afterAll(() => server.close());

test('the first use of a client secret does not wait for all the passwords that came before it', async () => {
  const client = await registerMachine(server);
  const finished: string[] = [];
  const people = Array.from({ length: 6 * availableParallelism() }, (_, number) =>
    server.context.accounts
      .create({ email: `person-${String(number)}@people.example`, password: PASSWORD })
      .then(() => finished.push('person')),
  );
  await Promise.race(people);
  const answer = await machineToken(server, client);
  finished.push('token');
  await Promise.all(people);
  expect(answer.status).toBe(200);
  expect(finished.indexOf('token')).toBeLessThan(people.length);
});
