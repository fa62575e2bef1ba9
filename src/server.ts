import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type Koa from 'koa';
import { AppError } from './errors.js';

/** A listening server. */
export interface Listener {
  port: number;
  /** Accepts nothing new, lets requests in flight end for at most so many seconds, then closes. */
  close(timeoutSeconds: number): Promise<void>;
}

/** Listens. Throws AppError `conflict` when the port is taken. Port 0 picks a free one. */
export async function listen(app: Koa, host: string, port: number): Promise<Listener> {
  const handle = app.callback();
  const server = createServer({ requestTimeout: 60_000, headersTimeout: 15_000 }, (req, res) => {
    // A kept-alive connection must not hold up a shutdown once its answer is out.
    if (!server.listening) res.setHeader('Connection', 'close');
    // RFC 9112 section 3.2: a server is asked for a path; other forms are for proxies, and some cannot even be parsed.
    if (!req.url?.startsWith('/')) {
      res.writeHead(400, { 'Content-Type': 'text/plain' }).end('Send the path of what you ask for.\n');
      return;
    }
    void handle(req, res);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => reject(portTaken(error, host, port)));
    server.listen(port, host, resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    close: (timeoutSeconds) => close(server, timeoutSeconds),
  };
}

async function close(server: Server, timeoutSeconds: number): Promise<void> {
  const timer = setTimeout(() => server.closeAllConnections(), timeoutSeconds * 1000);
  const idle = setInterval(() => server.closeIdleConnections(), 100);
  try {
    await new Promise<void>((resolve) => server.close(() => resolve()));
  } finally {
    clearTimeout(timer);
    clearInterval(idle);
  }
}

function portTaken(cause: Error, host: string, port: number): Error {
  if (!('code' in cause) || cause.code !== 'EADDRINUSE') return cause;
  const message = `Port ${String(port)} of ${host} is in use by another program. Stop that one, or choose another PORT.`;
  return new AppError('conflict', message, { cause });
}
