import { setTimeout as sleep } from 'node:timers/promises';
import { eventually } from '../../harness/common/eventually.js';
import { aftermath } from './aftermath.js';
import type { Fault } from '../../harness/faults/database-faults.js';
import type { OutageNode } from '../../harness/nodes/outage-node.js';
import { type Outcome, Traffic } from './traffic.js';

/** What came of an outage. Times in milliseconds, memory in megabytes. */
export interface Report {
  fault: string;
  /** How many answers each endpoint gave with each status while it lasted, such as `protocol 503`. */
  during: Record<string, number>;
  longest: number;
  /** From the end of the fault to the first token. */
  recovery: number;
  rss: { before: number; during: number; after: number };
  /** Everything that is not as it should be. */
  wrong: string[];
}

export interface Bounds {
  /** How long the fault lasts at least, in seconds. */
  seconds: number;
  /** Answers such as `protocol 503` that have to be seen before it ends, if that takes no longer than `timeout`. */
  until?: readonly string[];
  /** How many of each kind of request go on at once. */
  each: number;
  /** Seconds after which a request hangs, and a node has not recovered. */
  timeout: number;
}

/** Sends traffic before, while and after the fault lasts. */
export async function outage(node: OutageNode, fault: Fault, bounds: Bounds): Promise<Report> {
  const { seconds, each, timeout, until = [] } = bounds;
  const traffic = await Traffic.prepare(node, timeout * 1000);
  const heard = node.process.stderr.length;
  traffic.start(each);
  await sleep(500);
  const before = await node.rss();
  const end = await fault.begin(node);
  // What was asked before has its answer when this is over.
  const begun = Date.now();
  await sleep(seconds * 1000);
  const seen = () => tally(traffic.outcomes.filter(({ at }) => at > begun));
  // What was not seen in time is missing in the report.
  await eventually(() => until.every((answer) => seen()[answer]), timeout * 1000).catch(() => undefined);
  const lasted = await node.rss();
  const ended = Date.now();
  await end();
  const recovery = await recovered(traffic, timeout);
  await sleep(500);
  await traffic.stop();
  const wrong = traffic.outcomes.flatMap(({ wrong: what }) => what ?? []);
  if (recovery === undefined) wrong.push('the node did not recover');
  const refresh = await traffic.refreshes();
  if (refresh !== 200) wrong.push(`the refresh token is answered ${String(refresh)} afterwards`);
  wrong.push(...(await aftermath(node, traffic)));
  if (node.process.child.exitCode !== null) wrong.push('the process ended');
  const logged = node.process.stderr.slice(heard);
  wrong.push(
    ...(logged.match(/^.*(?:"level":"error"|nhandled).*$/gm) ?? []).map((line) => line.slice(0, 200)),
  );
  return {
    fault: fault.name,
    during: tally(traffic.outcomes.filter(({ at }) => at > begun && at <= ended)),
    longest: Math.max(...traffic.outcomes.map(({ milliseconds }) => milliseconds)),
    recovery: recovery ?? NaN,
    rss: { before, during: lasted, after: await node.rss() },
    wrong: [...new Set(wrong)],
  };
}

async function recovered(traffic: Traffic, timeout: number): Promise<number | undefined> {
  const started = performance.now();
  return eventually(() => traffic.serves(), timeout * 1000).then(
    () => performance.now() - started,
    () => undefined,
  );
}

function tally(outcomes: readonly Outcome[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { endpoint, status } of outcomes) {
    const key = `${endpoint} ${String(status)}`;
    counts[key] = (counts[key] ?? 0) + 1;
  }
  return counts;
}
