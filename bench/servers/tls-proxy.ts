import { CertificateAuthority } from '../../test/harness/outside/certificate-authority.js';
import { startNginx } from '../../test/harness/servers/tls-proxies.js';
import { ServerDirectory } from '../../test/harness/servers/workplace.js';

/** A proxy that ends TLS at `https://localhost:<port>` in front of a server that listens on `node`. */
export interface TlsProxyOptions {
  port: number;
  node: number;
  /** Whether connections to the server are used again, as docs/getting-started.md has it, or closed after each request. */
  keepsConnections: boolean;
}

/**
 * Starts nginx with a certificate of its own, which this process does not check from then on; resolves with the function
 * that ends it. Throws when the port is in use, or nginx does not answer.
 */
export async function startTlsProxy(options: TlsProxyOptions): Promise<() => Promise<void>> {
  const place = new ServerDirectory();
  const authority = new CertificateAuthority('Postern bench CA');
  const server = authority.issue({ subject: '/CN=localhost', extensions: ['subjectAltName=DNS:localhost'] });
  process.env['NODE_TLS_REJECT_UNAUTHORIZED'] = '0';
  try {
    await startNginx(place, { ...options, server, from: '127.0.0.1' });
  } catch (error) {
    await place.close();
    throw error;
  } finally {
    authority.remove();
  }
  return () => place.close();
}
