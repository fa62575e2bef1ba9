import { eventually } from '../../harness/common/eventually.js';
import { ask, type OutageNode } from '../../harness/nodes/outage-node.js';
import type { Traffic } from './traffic.js';

/** What the database must not look like after an outage; empty when all is well. */
export async function aftermath(node: OutageNode, traffic: Traffic): Promise<string[]> {
  const { told, machine } = traffic;
  const wrong: string[] = [];
  const clients = await ask<{ client_name: string; events: number }>(
    node,
    `SELECT client_name, (SELECT count(*)::int FROM audit_events e
       WHERE e.target_id = c.id::text AND e.action = 'client.created') AS events FROM oauth_clients c`,
  );
  for (const { client_name, events } of clients)
    if (events !== 1) wrong.push(`${client_name} has ${String(events)} events`);
  const names = clients.map(({ client_name }) => client_name);
  for (const name of told.created) {
    if (names.filter((one) => one === name).length !== 1) wrong.push(`${name} was answered and is not there`);
  }
  const made = names.filter((name) => name.startsWith('Made '));
  if (new Set(made).size !== made.length) wrong.push('a client is there twice');

  for (const [, times] of told.redeemed) if (times !== 1) wrong.push('a code was redeemed twice');

  const counted = await settledCount(node, machine.id, told.tokens);
  if (counted < told.tokens || counted > told.asked)
    wrong.push(`${String(told.tokens)} tokens were answered and ${String(counted)} counted`);
  return wrong;
}

/** How many tokens of the client are counted once all of these are, or after a while. */
async function settledCount(node: OutageNode, id: string, expected: number): Promise<number> {
  let count = 0;
  const isSettled = async () => {
    const [row] = await ask<{ count: number }>(
      node,
      "SELECT coalesce(sum(count), 0)::int AS count FROM usage_counters WHERE oauth_client_id = $1 AND kind = 'token'",
      [id],
    );
    count = row?.count ?? 0;
    return count >= expected;
  };
  await eventually(isSettled, 15_000).catch(() => undefined);
  return count;
}
