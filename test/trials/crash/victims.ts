import { eventually } from '../../harness/common/eventually.js';
import type { NodeProcess } from '../../harness/nodes/node-process.js';
import { childrenOf, kill, killPostgres } from '../../harness/process/process-tree.js';
import type { SeededRandom } from '../../harness/common/seeded-random.js';

/** Something that can be killed, and what brings it back. */
export interface Victim {
  name: string;
  /** SIGKILL; false when there was nothing to kill. */
  kill(random: SeededRandom): Promise<boolean>;
  /** Resolves when it is there again. */
  revive(): Promise<void>;
}

/** A server, whole; `first` kills what has to end at the same moment. */
export function nodeVictim(
  node: NodeProcess,
  name: string,
  first: () => Promise<void> = () => Promise.resolve(),
): Victim {
  return {
    name,
    kill: async () => {
      if (!node.isRunning) return false;
      await Promise.all([first(), node.end('SIGKILL')]);
      return true;
    },
    revive: () => node.start(),
  };
}

/** One worker of a server that has several; it has to start another. */
export function workerVictim(node: NodeProcess): Victim {
  let before = 0;
  return {
    name: 'worker',
    kill: async (random) => {
      const workers = await node.workers();
      before = workers.length;
      if (before > 0) kill(random.pick(workers));
      return before > 0;
    },
    revive: async () => {
      await eventually(async () => (await node.workers()).length >= before);
      await node.ready();
    },
  };
}

/** PostgreSQL, whole; its launcher has to start it again. */
export function postgresVictim(pid: () => Promise<number | undefined>, revive: () => Promise<void>): Victim {
  return {
    name: 'PostgreSQL',
    kill: async () => {
      const postmaster = await pid();
      if (postmaster !== undefined) await killPostgres(postmaster);
      return postmaster !== undefined;
    },
    revive,
  };
}

/** One process of PostgreSQL, after which PostgreSQL ends all others and recovers. */
export function backendVictim(pid: () => Promise<number | undefined>, revive: () => Promise<void>): Victim {
  return {
    name: 'a process of PostgreSQL',
    kill: async (random) => {
      const postmaster = await pid();
      const backends = postmaster === undefined ? [] : await childrenOf(postmaster);
      if (backends.length > 0) kill(random.pick(backends));
      return backends.length > 0;
    },
    revive,
  };
}
