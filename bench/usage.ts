import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { Agent, request } from 'node:http';
import type { Cpu, Ready } from './servers/usage-server.js';

const ROUNDS = 26;
const PHASE_MILLISECONDS = 500;
/** Rounds between two flushes: five seconds of counting, as a server has by default. */
const FLUSH_ROUNDS = 10;
const CONCURRENCY = 16;
const FORM = 'grant_type=client_credentials';

/** What one phase came to; CPU is the server's own, in microseconds, with the writing of what was counted where due. */
interface Phase {
  requests: number;
  seconds: number;
  cpu: number;
}

/**
 * What counting costs: client-credentials requests with and without it, in turns on one server, so that both have the
 * same machine, database and warmth. Phases are short, because neighbours on the machine come and go; the spread of the
 * rounds says how much of a difference is theirs. The load comes from this process, the CPU is the server's.
 */
async function run(): Promise<void> {
  const server = fork(new URL('./servers/usage-server.js', import.meta.url), { stdio: 'inherit' });
  const [ready] = (await once(server, 'message')) as [Ready];
  const agent = new Agent({ keepAlive: true, maxSockets: CONCURRENCY });
  const authorization = `Basic ${Buffer.from(`${ready.clientId}:${ready.clientSecret}`).toString('base64')}`;
  const ask = (port: number) => token(agent, port, authorization);
  for (const port of [ready.counted, ready.uncounted]) await ask(port);

  const phases = { with: [] as Phase[], without: [] as Phase[] };
  for (let round = 0; round <= ROUNDS; round++) {
    const order = round % 2 ? (['with', 'without'] as const) : (['without', 'with'] as const);
    for (const kind of order) {
      const port = kind === 'with' ? ready.counted : ready.uncounted;
      const phase = await measure(server, () => ask(port), kind === 'with' && round % FLUSH_ROUNDS === 0);
      // The first round warms up.
      if (round > 0) phases[kind].push(phase);
    }
  }
  server.send('stop');
  await once(server, 'exit');
  agent.destroy();
  report(phases);
}

async function measure(server: ChildProcess, ask: () => Promise<void>, flush: boolean): Promise<Phase> {
  const before = await cpuOf(server, 'cpu');
  const start = process.hrtime.bigint();
  let requests = 0;
  const end = Date.now() + PHASE_MILLISECONDS;
  const worker = async (): Promise<void> => {
    while (Date.now() < end) {
      await ask();
      requests++;
    }
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, worker));
  const seconds = Number(process.hrtime.bigint() - start) / 1e9;
  return { requests, seconds, cpu: (await cpuOf(server, flush ? 'flush' : 'cpu')) - before };
}

async function cpuOf(server: ChildProcess, wish: 'cpu' | 'flush'): Promise<number> {
  const answer = once(server, 'message') as Promise<[Cpu]>;
  server.send(wish);
  return (await answer)[0].cpu;
}

function token(agent: Agent, port: number, authorization: string): Promise<void> {
  const headers = {
    authorization,
    'content-type': 'application/x-www-form-urlencoded',
    'content-length': Buffer.byteLength(FORM),
  };
  return new Promise((resolve, reject) => {
    const asked = request(
      { agent, port, host: '127.0.0.1', method: 'POST', path: '/oauth2/token', headers },
      (answer) => {
        answer.resume();
        answer.once('error', reject);
        answer.once('end', () => {
          if (answer.statusCode === 200) resolve();
          else reject(new Error(`the token endpoint answered ${String(answer.statusCode)}`));
        });
      },
    );
    asked.once('error', reject);
    asked.end(FORM);
  });
}

function report(phases: Record<'with' | 'without', Phase[]>): void {
  const line = (kind: 'with' | 'without') => {
    const sum = (of: (phase: Phase) => number): number =>
      phases[kind].reduce((all, phase) => all + of(phase), 0);
    const requests = sum((phase) => phase.requests);
    const [throughput, cpu] = [
      requests / sum((phase) => phase.seconds),
      sum((phase) => phase.cpu) / requests,
    ];
    process.stdout.write(
      `${kind.padEnd(11)}${throughput.toFixed(0).padStart(6)} requests/s  ${cpu.toFixed(1).padStart(7)} µs CPU/request\n`,
    );
    return { throughput, cpu };
  };
  const [counted, uncounted] = [line('with'), line('without')];
  const spread = (of: (phase: Phase) => number): string => {
    const ratios = phases.with.map((phase, round) => of(phase) / of(phases.without[round] ?? phase));
    const at = (share: number): string =>
      (ratios.toSorted((a, b) => a - b)[Math.floor(share * ratios.length)] ?? 0).toFixed(3);
    return `median of ${String(ratios.length)} rounds ${at(0.5)}, half of them ${at(0.25)} to ${at(0.75)}`;
  };
  const throughput = (counted.throughput / uncounted.throughput).toFixed(3);
  const cpu = (counted.cpu / uncounted.cpu).toFixed(3);
  process.stdout.write(`with : without
throughput  ${throughput}  (${spread(({ requests, seconds }) => requests / seconds)})
CPU         ${cpu}  (${spread((phase) => phase.cpu / phase.requests)})
`);
}

await run();
