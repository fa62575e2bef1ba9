import { chmodSync, copyFileSync, existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { CertificateAuthority } from '../../test/harness/outside/certificate-authority.js';
import { ServerDirectory } from '../../test/harness/servers/workplace.js';
import { send } from '../load/http-client.js';

const NGINX = '/usr/sbin/nginx';
/** How many connections to the server nginx keeps for the next requests. */
const KEPT = 64;

/** A proxy that ends TLS at `https://localhost:<port>` in front of a server that listens on `node`. */
export interface TlsProxy {
  port: number;
  node: number;
  /** Whether connections to the server are used again, as docs/getting-started.md has it, or closed after each request. */
  keepsConnections: boolean;
}

/**
 * Starts nginx with a certificate of its own, which this process does not check from then on; resolves with the function
 * that ends it. Throws when nginx is not installed or does not answer.
 */
export async function startTlsProxy({
  port,
  node,
  keepsConnections,
}: TlsProxy): Promise<() => Promise<void>> {
  if (!existsSync(NGINX)) throw new Error(`${NGINX} is missing: install nginx to measure with TLS`);
  const place = new ServerDirectory();
  const { directory } = place;
  const authority = new CertificateAuthority('Postern bench CA');
  const issued = authority.issue({ subject: '/CN=localhost', extensions: ['subjectAltName=DNS:localhost'] });
  for (const [from, to] of [
    [issued.certFile, 'server.pem'],
    [issued.keyFile, 'server.key'],
  ] as const) {
    copyFileSync(from, join(directory, to));
    chmodSync(join(directory, to), 0o644);
  }
  authority.remove();
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (name) => `${name}_temp_path ${directory}/${name};`,
  );
  const file = join(directory, 'nginx.conf');
  writeFileSync(
    file,
    `daemon off;
master_process off;
pid ${directory}/nginx.pid;
error_log ${directory}/nginx.log;
events { worker_connections 4096; }
http {
  access_log off;
  keepalive_requests 1000000;
  ${temporary.join('\n  ')}
  upstream postern {
    server 127.0.0.1:${String(node)};
    ${keepsConnections ? `keepalive ${String(KEPT)};` : ''}
  }
  server {
    listen 127.0.0.1:${String(port)} ssl;
    ssl_certificate ${directory}/server.pem;
    ssl_certificate_key ${directory}/server.key;
    location / {
      proxy_pass http://postern;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_set_header X-Forwarded-For $remote_addr;
    }
  }
}
`,
  );
  const isUp = () =>
    send(`https://localhost:${String(port)}/`).then(
      () => true,
      () => false,
    );
  process.env['NODE_TLS_REJECT_UNAUTHORIZED'] = '0';
  if (await isUp()) throw new Error(`port ${String(port)} is in use by another program`);
  place.start([NGINX], ['-c', file, '-p', directory, '-e', `${directory}/nginx.log`]);
  for (let tries = 0; !(await isUp()); tries++) {
    if (tries === 100) throw new Error('nginx does not answer');
    await sleep(50);
  }
  return () => place.close();
}
