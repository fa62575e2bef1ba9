import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Server as NetServer, Socket } from 'node:net';
import { AppError } from '../errors/errors.js';

/** What answers requests, such as a Koa application. */
export interface HttpApplication {
  callback(): (req: IncomingMessage, res: ServerResponse) => unknown;
  /** Whether connections come from a proxy. */
  isBehindProxy?: boolean;
}

/**
 * How long a connection may be idle, in milliseconds. That of a proxy: longer than nginx and most load balancers keep theirs,
 * which is 60 s, because one that uses a connection just as we close it answers 502 to a POST, which it may not send again.
 */
const KEEP_ALIVE_MS = { caller: 5_000, proxy: 65_000 };
/** Bytes of a request line and its headers: an authorization request of 24 kB as a query, and cookies. */
const MAX_HEAD = 40 * 1024;

/** A server that answers requests. */
export interface Listener {
  /**
   * Accepts nothing new, gives requests in flight that many seconds to end, those whose callers have gone too, then closes
   * every connection.
   */
  close(timeoutSeconds: number): Promise<void>;
}

/**
 * Listens. Throws AppError `conflict` when the port is taken. Port 0 picks a free one. `setting` is what the port comes
 * from.
 */
export async function listen(
  app: HttpApplication,
  host: string,
  port: number,
  setting?: string,
): Promise<Listener & { port: number }> {
  const { server, ...listener } = serve(app);
  return { ...listener, port: await listenOn(server, host, port, setting) };
}

/** Answers requests on connections that another process has accepted and hands over. */
export function takeConnections(app: HttpApplication): Listener & { take(socket: Socket): void } {
  const { server, ...listener } = serve(app);
  // An http.Server limits the time of its connections from the moment that it listens.
  server.emit('listening');
  return {
    ...listener,
    take: (socket) => {
      // As for connections that http.Server accepts: a client may end its side before it has the response.
      socket.allowHalfOpen = true;
      server.emit('connection', socket);
    },
  };
}

/** Resolves with the port. Throws AppError `conflict` when it is taken. */
export async function listenOn(
  server: NetServer,
  host: string,
  port: number,
  setting = 'PORT',
): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => reject(portTaken(error, host, port, setting)));
    server.listen(port, host, resolve);
  });
  return (server.address() as AddressInfo).port;
}

function serve(app: HttpApplication): { server: Server } & Listener {
  const handle = app.callback();
  const sockets = new Set<Socket>();
  let inFlight = 0;
  let onIdle = (): void => undefined;
  let closing = false;
  const limits = {
    requestTimeout: 60_000,
    headersTimeout: 15_000,
    keepAliveTimeout: app.isBehindProxy ? KEEP_ALIVE_MS.proxy : KEEP_ALIVE_MS.caller,
    connectionsCheckingInterval: 5_000,
    maxHeaderSize: MAX_HEAD,
  };
  const answered = (): void => {
    inFlight--;
    if (inFlight === 0) onIdle();
  };
  const server = createServer(limits, (req, res) => {
    // A kept-alive connection must not delay a shutdown after its response.
    if (closing) res.setHeader('Connection', 'close');
    // RFC 9112 section 3.2: requests to a server name a path; other forms are for proxies, and some cannot be parsed.
    if (!req.url?.startsWith('/')) {
      res.writeHead(400, { 'Content-Type': 'text/plain' }).end('The request target must be a path.\n');
      return;
    }
    inFlight++;
    void Promise.resolve(handle(req, res)).finally(answered);
  });
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  const close = async (timeoutSeconds: number): Promise<void> => {
    closing = true;
    if (server.listening) server.close();
    const late = new AbortController();
    const timer = setTimeout(() => {
      server.closeAllConnections();
      late.abort();
    }, timeoutSeconds * 1000);
    const sweep = setInterval(() => server.closeIdleConnections(), 100);
    server.closeIdleConnections();
    while (sockets.size > 0) {
      await Promise.all(
        [...sockets].map((socket) => new Promise((resolve) => socket.once('close', resolve))),
      );
    }
    clearInterval(sweep);
    const idle = new Promise<void>((resolve) => {
      onIdle = resolve;
      if (inFlight === 0) resolve();
    });
    if (!late.signal.aborted) await Promise.race([idle, once(late.signal, 'abort')]);
    clearTimeout(timer);
  };
  return { server, close };
}

function portTaken(cause: Error, host: string, port: number, setting: string): Error {
  if (!('code' in cause) || cause.code !== 'EADDRINUSE') return cause;
  const message = `Port ${String(port)} of ${host} is in use by another program. Stop that one, or choose another ${setting}.`;
  return new AppError('conflict', message, { cause });
}
