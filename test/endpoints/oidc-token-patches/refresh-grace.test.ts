import { expect, test } from '@jest/globals';
import * as oidc from 'openid-client';
import { artifactKey } from '../../../adapters/artifact.models.js';
import { UserAgent } from '../../../src/demo/user-agent.js';
import { protocolFixture } from '../../harness/protocol/protocol-fixture.js';
import { obtainTokens } from '../../harness/protocol/relying-party.js';
import { type TestServer } from '../../harness/nodes/test-server.js';
import { basic, postForm, type WireAnswer } from '../../harness/protocol/wire.js';

/** So many seconds stand for one, so that a slow machine does not turn a retry within the grace into one beyond. */
const STRETCH = 10;
const GRACE = 10;

const agent = new UserAgent();
const env = { REFRESH_GRACE: String(GRACE * STRETCH) };
const { server, addNode, person, client, config } = await protocolFixture({ env });
const other = await addNode(env);
const strict = await addNode({ REFRESH_GRACE: '0' });

interface Tokens {
  access: string;
  refresh: string;
}

/** A family of tokens after its first refresh, and everything that was issued in it later. */
interface Family {
  predecessor: Tokens;
  successor: Tokens;
  later: Tokens[];
}

async function begin(node: TestServer): Promise<Family> {
  const { access_token, refresh_token = '' } = await obtainTokens(config, person, {}, agent);
  const predecessor = { access: access_token, refresh: refresh_token };
  return { predecessor, successor: await refreshed(predecessor, node), later: [] };
}

function refresh({ refresh: token }: Tokens, node = server, as = client): Promise<WireAnswer> {
  const fields = { grant_type: 'refresh_token', refresh_token: token };
  return postForm(`${node.origin}/oauth2/token`, fields, basic(as));
}

async function refreshed(tokens: Tokens, node = server): Promise<Tokens> {
  const { status, body } = await refresh(tokens, node);
  expect(status).toBe(200);
  return { access: String(body['access_token']), refresh: String(body['refresh_token']) };
}

/** Makes the token's use lie so many seconds further back. */
async function wait({ refresh: token }: Tokens, seconds: number): Promise<void> {
  await server.database.pool.query(
    `UPDATE artifacts SET consumed_at = consumed_at - make_interval(secs => $2) WHERE id = decode($1, 'hex')`,
    [artifactKey('RefreshToken', token), seconds * STRETCH],
  );
}

const isActive = async (token: string) => (await oidc.tokenIntrospection(config, token)).active;

async function expectDead({ predecessor, successor, later }: Family): Promise<void> {
  for (const tokens of [predecessor, successor, ...later]) {
    expect(await isActive(tokens.access)).toBe(false);
    expect(await refresh(tokens)).toMatchObject({ status: 400, body: { error: 'invalid_grant' } });
  }
}

/** What happens between the refresh and the moment at which the predecessor comes again. */
const EVENTS = {
  'nothing else': async () => undefined,
  'the successor was used': async (family: Family) => {
    family.later.push(await refreshed(family.successor));
  },
  'the successor and its own were used': async (family: Family) => {
    const second = await refreshed(family.successor);
    family.later.push(second, await refreshed(second));
  },
  "the successor's access token was used": async ({ successor }: Family) => {
    await oidc.fetchUserInfo(config, successor.access, person.id);
  },
  "the successor's access token was revoked": ({ successor }: Family) =>
    oidc.tokenRevocation(config, successor.access),
  'the successor was revoked': ({ successor }: Family) => oidc.tokenRevocation(config, successor.refresh),
  'a retry before': async (family: Family) => {
    family.later.push(await refreshed(family.predecessor));
  },
  'a retry before, whose successor was used': async (family: Family) => {
    const again = await refreshed(family.predecessor);
    family.later.push(again, await refreshed(again));
  },
  'a retry by another client': async ({ predecessor }: Family) => {
    const thief = await server.register();
    expect(await refresh(predecessor, server, thief)).toMatchObject({ status: 400 });
  },
};

const YIELDS: [seconds: number, event: keyof typeof EVENTS][] = [
  [0, 'nothing else'],
  [5, 'nothing else'],
  [9, 'nothing else'],
  [0, "the successor's access token was used"],
  [9, "the successor's access token was used"],
  [0, 'a retry before'],
  [9, 'a retry before'],
  [5, 'a retry by another client'],
];

test.each(YIELDS)(
  'with a grace of 10 s, after %d s and %s the predecessor yields the same successor',
  async (seconds, event) => {
    const family = await begin(server);
    await EVENTS[event](family);
    await wait(family.predecessor, seconds);
    const again = await refreshed(family.predecessor, other);
    expect(again.refresh).toBe(family.successor.refresh);
    for (const { access } of [family.predecessor, family.successor, ...family.later, again]) {
      expect(await isActive(access)).toBe(true);
    }

    family.later.push(again, await refreshed(again));
    expect(await isActive(family.later.at(-1)?.access ?? '')).toBe(true);
  },
);

const REFUSED: [seconds: number, event: keyof typeof EVENTS][] = [
  [GRACE, 'nothing else'],
  [11, 'nothing else'],
  [20, 'nothing else'],
  [0, 'the successor was used'],
  [5, 'the successor was used'],
  [20, 'the successor was used'],
  [0, 'the successor and its own were used'],
  [10, "the successor's access token was used"],
  [10, 'a retry before'],
  [0, 'a retry before, whose successor was used'],
  [5, 'a retry before, whose successor was used'],
  [0, "the successor's access token was revoked"],
  [0, 'the successor was revoked'],
];

test.each(REFUSED)(
  'with a grace of 10 s, after %d s and %s the predecessor is refused and the family dead',
  async (seconds, event) => {
    const family = await begin(server);
    await EVENTS[event](family);
    await wait(family.predecessor, seconds);
    expect(await refresh(family.predecessor, other)).toMatchObject({
      status: 400,
      body: { error: 'invalid_grant' },
    });
    await expectDead(family);
  },
);

test.each(Object.keys(EVENTS).filter((event) => !event.includes('retry')) as (keyof typeof EVENTS)[])(
  'without a grace, after %s the predecessor is refused at once and the family dead',
  async (event) => {
    const family = await begin(strict);
    await EVENTS[event](family);
    expect(await refresh(family.predecessor, strict)).toMatchObject({
      status: 400,
      body: { error: 'invalid_grant' },
    });
    await expectDead(family);
  },
);

test('a client whose answers get lost again and again goes on in one family', async () => {
  const family = await begin(server);
  let current = family.successor;
  for (let turn = 0; turn < 3; turn++) {
    const lost = await refreshed(current);
    const again = await refreshed(current, other);
    expect(again.refresh).toBe(lost.refresh);
    current = again;
  }
  expect(await isActive(current.access)).toBe(true);
});
