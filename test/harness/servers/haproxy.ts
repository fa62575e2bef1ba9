import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from '../nodes/test-server.js';
import { debianProgram } from './debian.js';
import type { ServerDirectory } from './workplace.js';

/**
 * Starts HAProxy before these ports of 127.0.0.1. It asks each server twice a second whether it is in recovery, sends
 * everybody to the one that is not, and cuts the connections to one that fell. Returns the URL of the database there.
 */
export async function startHaproxy(place: ServerDirectory, servers: readonly number[]): Promise<string> {
  const command = await debianProgram('/usr/sbin/haproxy', 'haproxy');
  const port = await freePort();
  const file = join(place.directory, 'haproxy.cfg');
  writeFileSync(file, configuration(port, servers));
  place.start(command, ['-db', '-q', '-f', file]);
  return `postgres://postern@127.0.0.1:${String(port)}/postern`;
}

function configuration(port: number, servers: readonly number[]): string {
  const backends = servers.map(
    (server, index) => `  server node${String(index)} 127.0.0.1:${String(server)}`,
  );
  return `
defaults
  mode tcp
  retries 0
  timeout connect 2s
  timeout check 1s
  timeout client 1h
  timeout server 1h
listen postgres
  bind 127.0.0.1:${String(port)}
  option clitcpka
  option srvtcpka
  option tcp-check
  tcp-check connect
  tcp-check send-binary ${startup('postgres', 'postgres')}
  tcp-check send-binary ${simpleQuery('SELECT pg_is_in_recovery()')}
  tcp-check expect binary ${ROW_FALSE}
  default-server check inter 500ms fall 2 rise 1 on-marked-down shutdown-sessions
${backends.join('\n')}
`;
}

/** A DataRow message with one column, the text `f`. */
const ROW_FALSE = '440000000b00010000000166';

/** A StartupMessage of protocol 3.0 in hexadecimal. */
function startup(user: string, database: string): string {
  return message('', Buffer.from(`\0\x03\0\0user\0${user}\0database\0${database}\0\0`));
}

function simpleQuery(text: string): string {
  return message('Q', Buffer.from(`${text}\0`));
}

function message(type: string, body: Buffer): string {
  const length = Buffer.alloc(4);
  length.writeInt32BE(body.length + 4);
  return Buffer.concat([Buffer.from(type), length, body]).toString('hex');
}
