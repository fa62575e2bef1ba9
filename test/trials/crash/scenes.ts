import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { eventually } from '../../harness/common/eventually.js';
import { administer } from '../../harness/database/administer.js';
import { type Environment, killAll, temporaryDirectory } from '../../harness/nodes/postern-process.js';
import type { CrashScene } from './crash.js';
import { NodeProcess } from '../../harness/nodes/node-process.js';
import { Party } from '../../harness/traffic/party.js';
import { startEmbeddedPostgres } from '../../harness/database/embedded-postgres.js';
import { killPostgres, postmasterOf } from '../../harness/process/process-tree.js';
import { ROOMY, startTwoNodes } from '../../harness/nodes/two-nodes.js';
import { backendVictim, nodeVictim, postgresVictim, workerVictim } from './victims.js';

/** An installation to crash, and what takes it away. */
export interface OpenScene extends CrashScene {
  close(): Promise<void>;
}

/** A refresh whose answer was lost is tried again when everything is up, which takes a slow machine a while. */
const GRACE: Environment = { REFRESH_GRACE: '300' };

/** Two nodes, one of them with workers, on a durable PostgreSQL. */
export async function openTwoNodes(workers: number): Promise<OpenScene> {
  const postgres = await startEmbeddedPostgres();
  const { nodes, party } = await startTwoNodes(postgres.url, GRACE, { WORKERS: String(workers) });
  const back = () => answers(postgres.url);
  return {
    party,
    nodes,
    // In the order in which they come back: a node does not start without its database.
    victims: [
      postgresVictim(postgres.pid, back),
      backendVictim(postgres.pid, back),
      nodeVictim(nodes[0], 'a node'),
      nodeVictim(nodes[1], 'a node with workers'),
      workerVictim(nodes[1]),
    ],
    close: async () => {
      await killAll();
      await postgres.stop();
    },
  };
}

/** One server with workers on its embedded database. */
export async function openEmbedded(workers: number): Promise<OpenScene> {
  const directory = await temporaryDirectory();
  const node = await NodeProcess.create({
    ...ROOMY,
    ...GRACE,
    DATA_DIR: directory,
    WORKERS: String(workers),
  });
  await node.start();
  const pid = () => postmasterOf(join(directory, 'pgdata'));
  const back = () => node.ready();
  const killDatabase = async () => {
    const postmaster = await pid();
    if (postmaster !== undefined) await killPostgres(postmaster);
  };
  return {
    party: await Party.join([node.origin], await node.welcome()),
    nodes: [node],
    victims: [
      nodeVictim(node, 'the server'),
      nodeVictim(node, 'the server with its PostgreSQL', killDatabase),
      postgresVictim(pid, back),
      backendVictim(pid, back),
      workerVictim(node),
    ],
    close: async () => {
      await killAll();
      await eventually(async () => (await pid()) === undefined);
      await rm(directory, { recursive: true, force: true });
    },
  };
}

/** Resolves when PostgreSQL answers; it is being started by its launcher. */
async function answers(url: string): Promise<void> {
  const answered = () =>
    administer(url, 'SELECT 1').then(
      () => true,
      () => false,
    );
  await eventually(answered, 60_000);
}
