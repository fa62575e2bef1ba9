import { CLIENTS } from '../../harness/nodes/test-server.js';
import { contradiction, type ClientEntry, type TokenEntry } from './ledger.js';
import type { Load } from './load.js';
import { wordsOf } from '../../harness/traffic/redemption.js';
import { type Reply, send } from '../../harness/traffic/requests.js';

const AT_ONCE = 20;
const ATTEMPTS = 5;

/**
 * Asks the server about everything that it acknowledged since that round, and counts what it has forgotten. Nothing is
 * under way any more, and every node is up.
 */
export async function auditSince(load: Load, round: number): Promise<void> {
  const { tokens, clients } = load.ledger;
  const checks = [
    ...[...tokens].filter((entry) => entry.round >= round).map((entry) => () => checkToken(load, entry)),
    ...[...clients].filter((entry) => entry.round >= round).map((entry) => () => checkClient(load, entry)),
  ];
  load.outcomes.count('audits', checks.length);
  const workers = Array.from({ length: AT_ONCE }, async () => {
    for (let check = checks.pop(); check; check = checks.pop()) await check();
  });
  await Promise.all(workers);
}

async function checkToken(load: Load, { client, state, token, kind }: TokenEntry): Promise<void> {
  const { party } = load;
  const reply = await answerTo(load, (node) => party.post('/oauth2/introspect', { token }, node, client));
  if (reply?.status !== 200) return load.wrong(`introspection: ${reply ? wordsOf(reply) : 'no answer'}`);
  const problem = contradiction(state, reply.json()['active'] === true);
  if (problem) load.lost(`${kind}: ${problem}`);
}

async function checkClient(load: Load, { state, client }: ClientEntry): Promise<void> {
  const { party } = load;
  const path = `${CLIENTS}/${client.id}`;
  const headers = party.operatorHeaders;
  const reply = await answerTo(load, (node) => send(party.origin(node) + path, { headers }));
  if (!reply) return load.wrong('no answer about a client');
  if (reply.status !== 200) return load.lost(`a client that was made: ${wordsOf(reply)}`);
  const problem = contradiction(state, reply.json()['deleted_at'] === null);
  if (problem) load.lost(`a client ${problem}`);
  const form = { grant_type: 'client_credentials' };
  const granted = await answerTo(load, (node) => party.token(form, node, client));
  if (granted?.status !== 200 && granted?.status !== 401)
    return load.wrong(`a client's token: ${granted ? wordsOf(granted) : 'no answer'}`);
  const secretProblem = contradiction(state, granted.status === 200);
  if (secretProblem) load.lost(`a client's secret ${secretProblem}`);
}

/** Asks again where a connection that was kept alive turns out to be that of a process which was killed. */
async function answerTo(load: Load, ask: (node: number) => Promise<Reply>): Promise<Reply | undefined> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const reply = await load.attempt(ask(load.node()));
    if (reply) return reply;
  }
  return undefined;
}
