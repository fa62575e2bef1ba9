import { connect, createServer, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** A way to PostgreSQL that can go wrong like a network. */
export interface Proxy {
  /** The database's URL through the proxy. */
  url: string;
  /** Breaks every connection and takes no new one. */
  cut(): Promise<void>;
  /** Takes connections again, on the same port. */
  mend(): Promise<void>;
  /** Swallows what comes from either side, permanently on open connections, on new ones until `pass`. */
  swallow(): void;
  /** Passes on what new connections send again. */
  pass(): void;
  /** Holds up everything that is sent to the database by so many milliseconds. */
  delay(milliseconds: number): void;
  /** Swallows the next packet that contains this, and all that comes after it on its connection; resolves when it has. */
  swallowFrom(text: string): Promise<void>;
  /** Breaks every connection, and takes new ones. */
  reset(): void;
  /** Passes on the next packet that contains this, and breaks its connection before the answer comes. */
  loseAnswerTo(text: string): void;
}

/** Listens on TCP for a database that is reached by URL, be it on a socket file or on TCP. */
export async function startProxy(databaseUrl: string): Promise<Proxy> {
  const url = new URL(databaseUrl);
  const directory = url.searchParams.get('host');
  const target = { port: Number(url.port || 5432), host: url.hostname };
  const sockets = new Set<Socket>();
  const dead = new WeakSet<Socket>();
  let swallowing = false;
  let milliseconds = 0;
  let fatal: string | undefined;
  let last: { text: string; came: () => void } | undefined;
  const server = createServer((near) => {
    const far = directory ? connect(`${directory}/.s.PGSQL.${String(target.port)}`) : connect(target);
    let earlier = Promise.resolve();
    near.on('data', (chunk) => {
      if (swallowing) dead.add(near);
      if (last !== undefined && chunk.includes(last.text)) {
        dead.add(near);
        last.came();
        last = undefined;
      }
      const wait = milliseconds === 0 ? undefined : sleep(milliseconds);
      earlier = earlier.then(async () => {
        await wait;
        if (dead.has(near) || far.destroyed) return;
        const isFatal = fatal !== undefined && chunk.includes(fatal);
        if (isFatal) {
          fatal = undefined;
          near.destroy();
          // The database gets the packet before it sees that nobody is there any more.
          far.removeAllListeners('data');
          far.end(chunk);
        } else far.write(chunk);
      });
    });
    far.on('data', (chunk) => {
      if (!dead.has(near)) near.write(chunk);
    });
    for (const [socket, other] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        sockets.delete(socket);
        // Nothing that swallows everything tells of an end.
        if (socket === far ? !dead.has(near) : !far.writableEnded) other.destroy();
      });
    }
    if (swallowing) dead.add(near);
  });
  const listen = (port: number) => new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  await listen(0);
  const { port } = server.address() as AddressInfo;

  url.searchParams.delete('host');
  url.hostname = '127.0.0.1';
  url.port = String(port);
  return {
    url: url.href,
    cut: async () => {
      const closed = new Promise((resolve) => server.close(resolve));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
    mend: () => listen(port),
    swallow: () => {
      swallowing = true;
      for (const socket of sockets) dead.add(socket);
    },
    pass: () => {
      swallowing = false;
    },
    swallowFrom: (text) =>
      new Promise((came) => {
        last = { text, came };
      }),
    reset: () => {
      for (const socket of sockets) socket.destroy();
    },
    delay: (to) => {
      milliseconds = to;
    },
    loseAnswerTo: (text) => {
      fatal = text;
    },
  };
}
