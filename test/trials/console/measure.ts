import { parseArgs } from 'node:util';
import { gzipSync } from 'node:zlib';
import pg from 'pg';
import { type SentStatement, sequentialScans } from '../../harness/large-tables/list-plans.js';
import { startTestServer, type TestServer } from '../../harness/nodes/test-server.js';
import { ConsoleAgent, PROJECT } from '../../harness/pages/console-agent.js';
import setUp from '../../harness/run/global-setup.js';
import tearDown from '../../harness/run/global-teardown.js';
import { fill, type Filled } from './fill.js';

const { values: options } = parseArgs({
  options: {
    clients: { type: 'string', default: '100000' },
    accounts: { type: 'string', default: '100000' },
    /** Times that each page is asked for. */
    requests: { type: 'string', default: '25' },
    /** Pages whose name has this; all without it. */
    only: { type: 'string', default: '' },
  },
});
/** Tables with fewer rows are read as a whole, because that is faster. */
const SMALL = 10_000;

/** The pages with a list and their filters, by name. */
function pagesOf({ clientId, accountId, webhookId }: Filled): [name: string, path: string][] {
  const clients = (query: string): [string, string] => [`clients, ${query}`, `${PROJECT}/clients?${query}`];
  const audit = (query: string): [string, string] => [`audit, ${query}`, `/console/audit?${query}`];
  const actor = 'account:cfcd2084-95d5-65ef-66e7-dff9f98764da';
  const client = `${PROJECT}/clients/${clientId}`;
  const [day, month] = [daysAgo(1), daysAgo(30)];
  return [
    ['home', PROJECT],
    ['clients', `${PROJECT}/clients`],
    clients('text=needle'),
    clients('text=application'),
    clients('text=zq'),
    clients('text=z'),
    clients('text=ne'),
    clients('text=n'),
    clients('text=99'),
    clients('text=ne&client_type=public'),
    clients('text=ne&deleted=true'),
    clients('text=ne&sort=last_used'),
    clients('client_type=public'),
    clients('kind=device'),
    clients('kind=machine'),
    clients('kind=spa'),
    clients('grant_type=urn:ietf:params:oauth:grant-type:device_code'),
    clients('visibility=public'),
    clients('registration_type=dynamic'),
    clients('unused=90'),
    clients('failing=1'),
    clients(`failed_on=${day}`),
    clients('old_secret=90'),
    clients('unprotected=30'),
    clients('deleted=true'),
    clients('sort=last_used'),
    clients('kind=device&sort=last_used'),
    clients('text=needle&client_type=public&visibility=public&unused=30'),
    ['a client', client],
    ['its usage', `${client}/usage`],
    ['its usage of a day', `${client}/usage?day=${day}`],
    ['its audit', `${client}/audit`],
    ['its people', `${client}/people`],
    ['accounts', '/console/accounts'],
    ['accounts, starts_with=needle', '/console/accounts?starts_with=needle'],
    ['accounts, starts_with=p', '/console/accounts?starts_with=p'],
    ['accounts, status=disabled', '/console/accounts?status=disabled'],
    ['accounts, status=active&starts_with=person', '/console/accounts?status=active&starts_with=person'],
    ['an account', `/console/accounts/${accountId}`],
    ['its activity', `/console/accounts/${accountId}/activity`],
    ['audit', '/console/audit'],
    audit(`actor=${actor}`),
    audit('action=client.deleted'),
    audit('target_id=cfcd2084-95d5-65ef-66e7-dff9f98764da'),
    audit(`from=${month}&to=${day}`),
    audit(`actor=${actor}&action=client.deleted&to=${day}`),
    ['audit of the project', `${PROJECT}/audit`],
    ['audit of the project, action=client.deleted', `${PROJECT}/audit?action=client.deleted`],
    ['audit of the organization', '/console/o/default/audit'],
    ['organizations', '/console/organizations'],
    ['an organization', '/console/o/default'],
    ['members of the organization', '/console/o/default/members'],
    ['members of the project', `${PROJECT}/members`],
    ['initial access tokens', `${PROJECT}/initial-access-tokens`],
    ['catalogue', '/console/catalogue'],
    ['a scope', '/console/catalogue/scopes/openid'],
    ['keys', '/console/keys'],
    ['settings', '/console/settings'],
    ['jobs, state=dead', '/console/jobs?state=dead'],
    ['webhooks', '/console/webhooks'],
    ['deliveries', `/console/webhooks/${webhookId}/deliveries`],
    ['deliveries, status=failed', `/console/webhooks/${webhookId}/deliveries?status=failed`],
  ];
}

function daysAgo(days: number): string {
  return new Date(Date.now() - days * 86_400_000).toISOString().slice(0, 10);
}

const sent: SentStatement[] = [];
/** Notes every statement that this process sends, by whichever connection. */
function watchStatements(): void {
  const prototype = pg.Client.prototype as unknown as { query: (...all: unknown[]) => unknown };
  const { query } = prototype;
  prototype.query = function (this: unknown, ...all: unknown[]) {
    const [first, second] = all as [string | { text: string; values?: unknown[] }, unknown];
    if (typeof first === 'string')
      sent.push({ sql: first, bindings: Array.isArray(second) ? (second as unknown[]) : [] });
    else sent.push({ sql: first.text, bindings: first.values ?? [] });
    return query.apply(this, all);
  };
}

class Measurement {
  readonly #weights = new Map<string, number>();

  constructor(
    private readonly server: TestServer,
    private readonly agent: ConsoleAgent,
    private readonly largeTables: ReadonlySet<string>,
  ) {}

  /** One row of the table. */
  async of(name: string, path: string): Promise<{ row: string; next: string | undefined }> {
    const answer = await this.agent.get(path);
    if (answer.status !== 200) throw new Error(`${path} answered ${String(answer.status)}`);
    await this.agent.get(path);
    sent.length = 0;
    await this.agent.get(path);
    const statements = [...sent];
    const times: number[] = [];
    const before = process.cpuUsage();
    for (let count = 0; count < Number(options.requests); count++) {
      const start = performance.now();
      await this.agent.get(path);
      times.push(performance.now() - start);
    }
    const { user, system } = process.cpuUsage(before);
    times.sort((a, b) => a - b);
    const at = (share: number) => (times[Math.ceil(share * times.length) - 1] ?? 0).toFixed(1);
    const scans = await this.#scans(statements);
    const cells = [
      name,
      String(statements.filter(({ sql }) => /^\s*(SELECT|WITH|UPDATE|INSERT|DELETE)/i.test(sql)).length),
      at(0.5),
      at(0.95),
      ((user + system) / 1_000 / times.length).toFixed(1),
      (await this.#weight(answer.body)).toFixed(1),
      scans.join(' '),
    ];
    const next = /href="([^"]+)" rel="next"/.exec(answer.body)?.[1]?.replaceAll('&amp;', '&');
    return { row: `| ${cells.join(' | ')} |`, next };
  }

  /** Large tables that the statements read from end to end. */
  async #scans(statements: readonly SentStatement[]): Promise<string[]> {
    const settings = statements.filter(({ sql }) => sql.startsWith('SET LOCAL')).map(({ sql }) => sql);
    const reads = statements.filter(({ sql }) => /^\s*(SELECT|WITH)/i.test(sql));
    const scans = await Promise.all(reads.map((one) => sequentialScans(this.server, one, settings)));
    return [...new Set(scans.flat())].filter((table) => this.largeTables.has(table));
  }

  /** Of the page, its stylesheets and its scripts, in kB. */
  async #weight(html: string): Promise<number> {
    const assets = [...html.matchAll(/(?:href|src)="(\/(?:assets\/|favicon)[^"]+)"/g)].map(
      ([, path = '']) => path,
    );
    let bytes = gzipSync(html).length;
    for (const path of new Set(assets)) {
      const known =
        this.#weights.get(path) ??
        gzipSync(Buffer.from(await (await fetch(this.server.origin + path)).arrayBuffer())).length;
      this.#weights.set(path, known);
      bytes += known;
    }
    return bytes / 1_000;
  }
}

const write = (line: string) => process.stdout.write(`${line}\n`);
await setUp();
const server = await startTestServer({ env: { CONSOLE_REQUESTS: '1000000' } });
try {
  const filled = await fill(server, Number(options.clients), Number(options.accounts));
  const { rows } = await server.database.pool.query<{ relname: string }>(
    `SELECT relname FROM pg_class WHERE relkind = 'r' AND reltuples > $1`,
    [SMALL],
  );
  watchStatements();
  const agent = await ConsoleAgent.signIn(server);
  const measurement = new Measurement(server, agent, new Set(rows.map(({ relname }) => relname)));
  write(
    '| page | statements | p50 ms | p95 ms | CPU ms | kB | large tables read whole |\n| --- | --- | --- | --- | --- | --- | --- |',
  );
  for (const [name, path] of pagesOf(filled).filter(([one]) => one.includes(options.only))) {
    const { row, next } = await measurement.of(name, path);
    write(row);
    if (next !== undefined) write((await measurement.of(`${name}; next page`, next)).row);
  }
} finally {
  await server.close();
  await tearDown();
}
