import { availableParallelism } from 'node:os';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import bcrypt from 'bcrypt';
import type { Target } from '../../../bench/load/target.js';
import { eventually } from '../../harness/common/eventually.js';
import { createTestDatabase, type TestDatabase } from '../../harness/database/test-database.js';
import { readWelcome } from '../../harness/nodes/installation.js';
import { startLoadNodes } from '../../harness/nodes/load-nodes.js';
import { killAll } from '../../harness/nodes/postern-process.js';
import { attemptSignIn } from '../../harness/pages/sign-in-attempt.js';
import { relyingParty } from '../../harness/protocol/relying-party.js';
import { basic } from '../../harness/protocol/wire.js';

/** How many secrets may wait while as many as there are cores are checked. */
const WAITING = 500;
/** More than are answered until all have arrived. */
const TOO_MANY = 300;

let database: TestDatabase;
/** A process of its own, which ends with what it still has to hash. */
let target: Target;
let attacked: string;
beforeAll(async () => {
  database = await createTestDatabase('nothing');
  const nodes = await startLoadNodes(1, { DATABASE_URL: database.url, PASSWORD_HASH_COST: '10' });
  [target] = nodes.targets as [Target];
  attacked = readWelcome(nodes.processes[0]?.stdout ?? '').clientId;
  // A secret that was imported: others cost too little for many to wait.
  await database.pool.query(
    `WITH imported AS (UPDATE oauth_clients SET updated_at = now() WHERE client_id = $1 RETURNING id)
     UPDATE oauth_client_secrets s SET hint = 'imported', hash = $2 FROM imported c WHERE c.id = s.oauth_client_id`,
    [attacked, bcrypt.hashSync('imported', 10)],
  );
});
afterAll(async () => {
  await killAll();
  await database.drop();
});

async function ask(clientId: string, secret: string, from: string): Promise<Answer> {
  const { status, headers } = await fetch(`${target.issuer}/oauth2/token`, {
    method: 'POST',
    headers: {
      ...basic({ id: clientId, client_id: clientId, client_secret: secret }),
      'x-forwarded-for': from,
    },
    body: new URLSearchParams({ grant_type: 'client_credentials' }),
  });
  return { status, retryAfter: Number(headers.get('retry-after')) };
}

interface Answer {
  status: number;
  retryAfter: number;
}

/** Wrong secrets at once for one client, each of them another one and from another network. */
class Flood {
  readonly answers: Answer[] = [];

  constructor(clientId: string, size: number) {
    for (let index = 0; index < size; index++) void this.#send(clientId, index);
  }

  async #send(clientId: string, index: number): Promise<void> {
    const from = `2001:db8:${index.toString(16)}::1`;
    const answer = await ask(clientId, `wrong ${String(index)}`, from).catch(() => undefined);
    if (answer) this.answers.push(answer);
  }

  with(status: number): Answer[] {
    return this.answers.filter((answer) => answer.status === status);
  }
}

test('wrong secrets of one client delay neither other clients nor people; too many are told to wait', async () => {
  const config = await relyingParty(target, {
    id: target.clientId,
    client_id: target.clientId,
    client_secret: target.clientSecret,
  });
  const flood = new Flood(attacked, availableParallelism() + WAITING + TOO_MANY);
  await eventually(() => flood.with(503).length > 0, 60_000);
  const checkedDuring = async (work: () => Promise<void>) => {
    const before = flood.with(401).length;
    await work();
    return flood.with(401).length - before;
  };
  // Most of the flood still waits: others had their turn.
  const forClient = await checkedDuring(async () => {
    expect((await ask(target.clientId, target.clientSecret, '198.51.100.1')).status).toBe(200);
  });
  expect(forClient).toBeLessThan(WAITING / 4);
  const forPerson = await checkedDuring(async () => {
    const answer = await attemptSignIn(config, target, {
      at: { origin: target.issuer },
      from: '198.51.100.2',
    });
    expect(answer.signedIn).toBe(true);
  });
  expect(forPerson).toBeLessThan(WAITING / 4);
  for (const { retryAfter } of flood.with(503)) expect(retryAfter).toBeGreaterThan(1);
  expect(flood.with(500)).toEqual([]);
});
