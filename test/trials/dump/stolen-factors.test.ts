import { createHash } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Secret } from 'otpauth';
import { UserAgent } from '../../../src/demo/user-agent.js';
import { candidatesOf } from '../../harness/database/candidates.js';
import { dump, type Dump } from '../../harness/database/dump.js';
import { codeOf, letTimePass, setUpAuthenticator } from '../../harness/factors/second-factors.js';
import { startTestServer, type TestServer } from '../../harness/nodes/test-server.js';
import { authorizationRequest, relyingParty, signIn } from '../../harness/protocol/relying-party.js';

let server: TestServer;
let person: { id: string; email: string; password: string };
let secret: Buffer;
let recoveryCodes: string[];
let trust: string;
let stolen: Dump;
let candidates: Set<string>;
const WHERE = { address: '192.0.2.1', requestId: null, userAgent: null };

beforeAll(async () => {
  server = await startTestServer({ env: { SECOND_FACTOR_ATTEMPTS: '10000' } });
  const config = await relyingParty(server, await server.register());
  person = await server.person();
  const set = await setUpAuthenticator(config, person);
  await set.finish();
  secret = Buffer.from(Secret.fromBase32(set.secret.replaceAll(' ', '')).bytes);
  recoveryCodes = set.recoveryCodes;
  await letTimePass(server);
  const agent = new UserAgent();
  const page = await signIn(await authorizationRequest(config), person, agent);
  await agent.submit(page, { code: codeOf(set.secret), trust: 'yes' }, { action: '/second-factor' });
  trust = agent.cookies().find(({ name }) => name === 'postern_trusted')?.value ?? '';
  stolen = await dump(server.database.url);
  candidates = candidatesOf(stolen.cells);
});
afterAll(() => server.close());

test('a stolen database has no TOTP secret, recovery code or token of a trusted browser, in no spelling', () => {
  expect(recoveryCodes).toHaveLength(10);
  expect(trust).not.toBe('');
  const spellings = [
    ...(['hex', 'base64', 'base64url'] as const).map((encoding) => secret.toString(encoding)),
    new Secret({ buffer: new Uint8Array(secret).buffer }).base32,
    ...recoveryCodes.flatMap((code) => [code, code.replace('-', ''), code.toLowerCase()]),
    ...recoveryCodes.map((code) => createHash('sha256').update(code.replace('-', '')).digest('hex')),
    trust,
  ];
  expect(spellings.filter((value) => stolen.text.includes(value) || candidates.has(value))).toEqual([]);
});

test('no string in it works as a recovery code or as a trusted browser', async () => {
  const { factorChecks, trustedBrowsers } = server.context;
  const working: string[] = [];
  for (const candidate of candidates) {
    if (await trustedBrowsers.isTrusted(person.id, candidate)) working.push(candidate);
    // Whatever is too long or too short for a code is refused before the database is asked.
    if (candidate.length > 20 || candidate.length < 10) continue;
    const isCode = await factorChecks.checkRecoveryCode(person.id, candidate, WHERE).then(
      () => true,
      () => false,
    );
    if (isCode) working.push(candidate);
  }
  expect(candidates.size).toBeGreaterThan(100);
  expect(working).toEqual([]);
}, 120_000);

test('and the real ones still work', async () => {
  const { factorChecks, trustedBrowsers } = server.context;
  expect(await trustedBrowsers.isTrusted(person.id, trust)).toBe(true);
  await expect(
    factorChecks.checkRecoveryCode(person.id, recoveryCodes[0] ?? '', WHERE),
  ).resolves.toBeDefined();
});
