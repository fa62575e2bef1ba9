import { X509Certificate } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { BlockList, isIPv6 } from 'node:net';
import type { Settings } from '../../settings/settings.js';
import type { Logger } from '../telemetry/telemetry.js';
import { isCurrent, isIssuedBy, readAuthorities } from './certificate-authorities.js';
import { certificateIn } from './certificate-header.js';

type CertificateSettings = Settings['clientCertificates'];

/** Finds the certificate with which a client connected to the proxy in front (RFC 8705). */
export class ClientCertificates {
  readonly #found = new WeakMap<IncomingMessage, X509Certificate | null>();
  #authorities: readonly X509Certificate[] = [];
  readonly #proxies = new BlockList();

  constructor(
    private readonly settings: CertificateSettings,
    private readonly log: Pick<Logger, 'warn'>,
  ) {
    for (const { address, prefix, family } of settings.proxies)
      this.#proxies.addSubnet(address, prefix, family);
  }

  /** Reads the trusted authorities; before that there are none. Throws SettingsError when their file cannot be used. */
  load(): void {
    const { enabled, caFile } = this.settings;
    if (enabled && caFile !== undefined) this.#authorities = readAuthorities(caFile);
  }

  /** Whether the request comes from a trusted proxy and has the header. */
  isIn({ headers, socket }: IncomingMessage): boolean {
    const { enabled, header } = this.settings;
    const address = socket.remoteAddress;
    if (!enabled || typeof headers[header] !== 'string' || address === undefined) return false;
    return this.#proxies.check(address, isIPv6(address) ? 'ipv6' : 'ipv4');
  }

  /** The certificate, which is valid now; undefined without one. Nothing is said about who issued it. */
  of(req: IncomingMessage): X509Certificate | undefined {
    let found = this.#found.get(req);
    if (found === undefined) {
      found = this.isIn(req) ? this.#read(req) : null;
      this.#found.set(req, found);
    }
    return found ?? undefined;
  }

  /** Whether a trusted authority issued it to a client. */
  isAuthorized(certificate: X509Certificate): boolean {
    return isIssuedBy(this.#authorities, certificate);
  }

  #read({ headers }: IncomingMessage): X509Certificate | null {
    const { header, format } = this.settings;
    try {
      const der = certificateIn(String(headers[header]), format);
      if (der) {
        const certificate = new X509Certificate(der);
        return isCurrent(certificate) ? certificate : null;
      }
    } catch {
      // Told below, as any other text that is no certificate.
    }
    this.log.warn({ header, format }, 'the header of the proxy holds no client certificate in this format');
    return null;
  }
}
