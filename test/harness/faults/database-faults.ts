import pg from 'pg';
import { ask, type OutageNode } from '../nodes/outage-node.js';

/** Something that goes wrong with the database, and ends again when what `begin` returns is called. */
export interface Fault {
  name: string;
  begin(node: OutageNode): Promise<() => Promise<void>>;
}

const terminate = (node: OutageNode) =>
  ask(node, 'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = $1', [node.role]);
const databaseOf = ({ directUrl }: OutageNode) => new URL(directUrl).pathname.slice(1);

export const away: Fault = {
  name: 'away',
  begin: async ({ proxy }) => {
    await proxy.cut();
    return () => proxy.mend();
  },
};

/** Packets vanish, and the connections that there were never answer again. */
export const swallowed: Fault = {
  name: 'black hole',
  begin: async ({ proxy }) => {
    proxy.swallow();
    return async () => proxy.pass();
  },
};

export const slow = (milliseconds: number): Fault => ({
  name: `${String(milliseconds / 1000)} s per statement`,
  begin: async ({ proxy }) => {
    proxy.delay(milliseconds);
    return async () => proxy.delay(0);
  },
});

/** Others have all the connections that the role may have; PostgreSQL answers 53300. */
export const full: Fault = {
  name: 'out of connections',
  begin: async (node) => {
    const url = new URL(node.directUrl);
    url.username = node.role;
    url.password = 'outage';
    const hog = new pg.Client({ connectionString: url.href });
    hog.on('error', () => undefined);
    await hog.connect();
    await ask(node, `ALTER ROLE ${node.role} CONNECTION LIMIT 1`);
    await ask(
      node,
      'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = $1 AND pid <> $2',
      [node.role, (hog as unknown as { processID: number }).processID],
    );
    return async () => {
      await hog.end();
      await ask(node, `ALTER ROLE ${node.role} CONNECTION LIMIT -1`);
    };
  },
};

/** What a node sees that is led to a standby: PostgreSQL answers 25006 to whatever writes. */
export const readOnly: Fault = {
  name: 'read-only',
  begin: async (node) => {
    await ask(
      node,
      `ALTER ROLE ${node.role} IN DATABASE ${databaseOf(node)} SET default_transaction_read_only = on`,
    );
    await terminate(node);
    return async () => {
      await ask(
        node,
        `ALTER ROLE ${node.role} IN DATABASE ${databaseOf(node)} RESET default_transaction_read_only`,
      );
      await terminate(node);
    };
  },
};

/** What a node sees of a restart: every session ends with 57P01, and for a while nobody is there. */
export const restarted: Fault = {
  name: 'restarted',
  begin: async (node) => {
    await terminate(node);
    await node.proxy.cut();
    return () => node.proxy.mend();
  },
};
