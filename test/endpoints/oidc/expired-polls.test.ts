import { setTimeout } from 'node:timers/promises';
import { expect, test } from '@jest/globals';
import { DEVICE_CODE_GRANT } from '../../harness/protocol/device.js';
import { protocolFixture } from '../../harness/protocol/protocol-fixture.js';
import { basic, postForm } from '../../harness/protocol/wire.js';

const CIBA = 'urn:openid:params:grant-type:ciba';
const { client, person, server } = await protocolFixture({
  env: { CIBA: 'on', DEVICE_CODE_TTL: '1' },
  client: { grant_types: [CIBA, DEVICE_CODE_GRANT], redirect_uris: [] },
});

test('a client that polls learns that its request has expired, also after expired rows were deleted', async () => {
  const ask = (path: string, form: Record<string, string>) =>
    postForm(server.origin + path, { scope: 'openid', ...form }, basic(client));
  const device = await ask('/oauth2/device', {});
  const asked = await ask('/oauth2/backchannel', { login_hint: person.email, requested_expiry: '1' });
  await setTimeout(1_100);
  await server.context.artifacts.repository.purgeExpired(1_000);
  const polls = await Promise.all([
    ask('/oauth2/token', { grant_type: DEVICE_CODE_GRANT, device_code: String(device.body['device_code']) }),
    ask('/oauth2/token', { grant_type: CIBA, auth_req_id: String(asked.body['auth_req_id']) }),
  ]);
  expect(polls.map(({ status, body }) => [status, body['error']])).toEqual([
    [400, 'expired_token'],
    [400, 'expired_token'],
  ]);
});
