import { parseArgs } from 'node:util';
import { UserAgent } from '../../../src/demo/user-agent.js';
import { SeededRandom } from '../../harness/common/seeded-random.js';
import { type RegisteredClient, startTestServer, type TestServer } from '../../harness/nodes/test-server.js';
import { authorizationRequest, relyingParty } from '../../harness/protocol/relying-party.js';
import { basic, postForm } from '../../harness/protocol/wire.js';
import setUp from '../../harness/run/global-setup.js';
import tearDown from '../../harness/run/global-teardown.js';
import { compare } from './compare.js';

const { values: options } = parseArgs({
  options: {
    people: { type: 'string', default: '200' },
    flows: { type: 'string', default: 'sign-in,recovery,sign-up,backchannel' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
  },
});
const random = new SeededRandom(Number(options.seed));
const people = Number(options.people);

let party: ReturnType<typeof relyingParty> | undefined;
let caller: Promise<RegisteredClient> | undefined;

/** A form that is ready to be sent with an address. */
type Prepared = (email: string) => Promise<number>;

/** Prepares the form of a flow in a new browser. */
type Flow = (server: TestServer, from: string) => Promise<Prepared>;

async function post(agent: UserAgent, url: string, fields: Record<string, string>, from: string) {
  const init = {
    method: 'POST',
    body: new URLSearchParams(fields),
    headers: { 'x-forwarded-for': from },
  };
  // The redirect after it is not part of what is measured.
  return (await agent.open(url, init, '')).status;
}

const csrfIn = (body: string) => /name="csrf" value="([^"]+)"/.exec(body)?.[1] ?? '';

function interactionFlow(path: string, fields: Record<string, string>, prompt?: string): Flow {
  return async (server, from) => {
    const config = await (party ??= server.register().then((client) => relyingParty(server, client)));
    const agent = new UserAgent();
    const request = await authorizationRequest(config, { ...(prompt === undefined ? {} : { prompt }) });
    const page = await agent.open(request.url.href);
    const action = /action="([^"]+)"/.exec(page.body)?.[1] ?? '';
    const base = action.slice(0, action.indexOf('/', '/interaction/'.length));
    const csrf = csrfIn(page.body);
    return (email) => post(agent, `${server.issuer}${base}${path}`, { csrf, email, ...fields }, from);
  };
}

const FLOWS: Readonly<Record<string, Flow>> = {
  'sign-in': interactionFlow('/login', { password: 'not the password' }),
  'sign-up': interactionFlow('/sign-up', {}, 'create'),
  recovery: async (server, from) => {
    const agent = new UserAgent();
    const csrf = csrfIn((await agent.open(`${server.issuer}/recover`)).body);
    return (email) => post(agent, `${server.issuer}/recover`, { csrf, email }, from);
  },
  backchannel: async (server, from) => {
    const grant_types = ['urn:openid:params:grant-type:ciba'];
    const client = await (caller ??= server.register({ grant_types, redirect_uris: [] }));
    const headers = { ...basic(client), 'x-forwarded-for': from };
    return async (login_hint) =>
      (await postForm(`${server.issuer}/oauth2/backchannel`, { scope: 'openid', login_hint }, headers))
        .status;
  },
};

/** People whose passwords have hashes of the cost that the product uses, each with a salt of its own. */
async function makePeople(server: TestServer): Promise<void> {
  const digits = [...'./ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'];
  const hashes = Array.from(
    { length: people },
    () => `$2b$12$${Array.from({ length: 53 }, () => random.pick(digits)).join('')}`,
  );
  await server.database.pool.query(
    `INSERT INTO accounts (email, password_hash)
     SELECT 'known' || n - 1 || '@people.example', hash FROM unnest($1::text[]) WITH ORDINALITY AS made (hash, n)`,
    [hashes],
  );
  await server.database.pool.query('ANALYZE accounts');
}

/** The times of both kinds of addresses, in random order, so that nothing else differs. */
async function measure(server: TestServer, flow: Flow) {
  const addresses = Array.from({ length: people }, (_, index) => [
    { kind: 'known' as const, email: `known${String(index)}@people.example` },
    { kind: 'unknown' as const, email: `other${String(index)}@people.example` },
  ]).flat();
  const times = { known: [] as number[], unknown: [] as number[] };
  for (const [index, { kind, email }] of random.shuffle(addresses).entries()) {
    const send = await flow(server, `198.51.${String(index >> 8)}.${String(index & 255)}`);
    const started = performance.now();
    const status = await send(email);
    times[kind].push(performance.now() - started);
    if (status >= 429) throw new Error(`the answer was ${String(status)}`);
  }
  return times;
}

await setUp();
const server = await startTestServer({
  env: {
    TRUSTED_PROXIES: '1',
    PASSWORD_HASH_COST: '12',
    SIGN_UP: 'open',
    CIBA: 'on',
    RECOVERY_ATTEMPTS: '10000',
    SIGN_UP_ATTEMPTS: '10000',
  },
});
let leaks = 0;
try {
  await makePeople(server);
  process.stderr.write(
    `seed ${options.seed}, ${String(people)} known and ${String(people)} unknown addresses\n`,
  );
  process.stdout.write(
    '| flow | known ms | unknown ms | difference | noise (99 %) |\n| --- | --- | --- | --- | --- |\n',
  );
  for (const name of options.flows.split(',')) {
    const flow = FLOWS[name];
    if (!flow) throw new Error(`there is no flow ${name}`);
    const { known, unknown } = await measure(server, flow);
    const result = compare(known, unknown, random);
    const cells = [result.known, result.unknown, result.difference, result.noise].map((ms) => ms.toFixed(3));
    process.stdout.write(`| ${[name, ...cells].join(' | ')} |\n`);
    if (result.difference > result.noise) leaks++;
  }
} finally {
  await server.close();
  await tearDown();
}
process.exitCode = leaks > 0 ? 1 : 0;
