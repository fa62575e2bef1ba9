import { chmodSync, copyFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { eventually } from '../common/eventually.js';
import type { Issued } from '../outside/certificate-authority.js';
import type { ServerDirectory } from './workplace.js';

/** A proxy that ends TLS in front of a node, asks for a certificate and passes it on. */
export interface TlsProxy {
  /** Its port and that of the node, on 127.0.0.1. */
  port: number;
  node: number;
  server: Issued;
  /** The address from which it connects to the node. */
  from: string;
  /** Whether nginx uses its connections to the node again; true by default. */
  keepsConnections?: boolean;
}

const [NGINX, HAPROXY] = ['/usr/sbin/nginx', '/usr/sbin/haproxy'];

/** Whether both programs are installed; tests with them are skipped where not. */
export const hasTlsProxies = [NGINX, HAPROXY].every((path) => existsSync(path));

/** Starts nginx as docs/operations.md has it. Throws when the port is in use. */
export async function startNginx(place: ServerDirectory, proxy: TlsProxy): Promise<void> {
  if (await isListening(proxy.port)) throw new Error(`port ${String(proxy.port)} is in use`);
  const { certificate, key } = filesOf(place, 'nginx', proxy);
  const { directory } = place;
  const file = join(directory, 'nginx.conf');
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (name) => `${name}_temp_path ${directory}/${name};`,
  );
  writeFileSync(
    file,
    `daemon off;
master_process off;
pid ${directory}/nginx.pid;
error_log ${directory}/nginx.log;
events { worker_connections 4096; }
http {
  access_log off;
  ${temporary.join('\n  ')}
  upstream postern {
    server 127.0.0.1:${String(proxy.node)};
    ${proxy.keepsConnections === false ? '' : 'keepalive 64;'}
  }
  server {
    listen 127.0.0.1:${String(proxy.port)} ssl;
    ssl_certificate ${certificate};
    ssl_certificate_key ${key};
    ssl_verify_client optional_no_ca;
    location / {
      proxy_pass http://postern;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_bind ${proxy.from};
      proxy_set_header X-Forwarded-For $remote_addr;
      proxy_set_header Client-Cert $ssl_client_escaped_cert;
    }
  }
}
`,
  );
  place.start([NGINX], ['-c', file, '-p', directory, '-e', `${directory}/nginx.log`]);
  await answers(proxy.port);
}

/** Starts HAProxy as docs/operations.md has it. */
export async function startHaproxyWithTls(place: ServerDirectory, proxy: TlsProxy): Promise<void> {
  const { both } = filesOf(place, 'haproxy', proxy);
  const file = join(place.directory, 'haproxy.cfg');
  writeFileSync(
    file,
    `defaults
  mode http
  timeout connect 5s
  timeout client 60s
  timeout server 60s
frontend mtls
  bind 127.0.0.1:${String(proxy.port)} ssl crt ${both} verify optional ca-file ${both} crt-ignore-err all ca-ignore-err all
  http-request del-header Client-Cert
  http-request set-header Client-Cert ":%[ssl_c_der,base64]:" if { ssl_c_used }
  http-request set-header X-Forwarded-For %[src]
  default_backend postern
backend postern
  server node 127.0.0.1:${String(proxy.node)} source ${proxy.from}
`,
  );
  place.start([HAPROXY], ['-db', '-q', '-f', file]);
  await answers(proxy.port);
}

/** Its certificate and key where the servers' user may read them. */
function filesOf(place: ServerDirectory, name: string, { server }: TlsProxy) {
  const path = (end: string) => join(place.directory, `${name}.${end}`);
  const files = { certificate: path('pem'), key: path('key'), both: path('both') };
  copyFileSync(server.certFile, files.certificate);
  copyFileSync(server.keyFile, files.key);
  writeFileSync(files.both, readFileSync(server.certFile, 'utf8') + readFileSync(server.keyFile, 'utf8'));
  for (const file of Object.values(files)) chmodSync(file, 0o644);
  return files;
}

async function answers(port: number): Promise<void> {
  await eventually(() => isListening(port), 10_000);
}

/** A TLS server that does not trust the caller's idea of it answers, too. */
function isListening(port: number): Promise<boolean> {
  return fetch(`https://localhost:${String(port)}/`).then(
    () => true,
    (error: { cause?: { code?: string } }) => error.cause?.code !== 'ECONNREFUSED',
  );
}
