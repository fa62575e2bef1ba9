import { expect, test } from '@jest/globals';
import { personActor } from '../../../src/identity/account-events/actor.js';
import { operator } from '../../harness/admin/admin-caller.js';
import { protocolFixture } from '../../harness/protocol/protocol-fixture.js';
import { authorizationRequest, signIn } from '../../harness/protocol/relying-party.js';

const { server, config } = await protocolFixture();
const root = await operator(server);

test('a deletion that a person and then an operator asked for is not taken back by the person', async () => {
  const person = await server.person();
  const { accountLifecycle } = server.context;
  const self = personActor(person.id, { address: '127.0.0.1', requestId: null });
  await accountLifecycle.delete(self, person.id);
  expect((await signIn(await authorizationRequest(config), person)).body).toContain(
    'Bring your account back',
  );
  const { body } = await root('DELETE', `/accounts/${person.id}`);
  expect(body).toMatchObject({ status: 'deleting', deletion_requested_by: 'operator' });
  expect((await signIn(await authorizationRequest(config), person)).status).toBe(400);
  await expect(accountLifecycle.restore(self, person.id)).rejects.toMatchObject({ kind: 'conflict' });
  expect((await root('POST', `/accounts/${person.id}/restore`)).body).toMatchObject({ status: 'active' });
});
