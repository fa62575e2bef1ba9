import { execFileSync } from 'node:child_process';
import { createHash, X509Certificate } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const EC = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-utf8'];
const PAST = ['-startdate', '20200101000000Z', '-enddate', '20200201000000Z'];
const NOW = ['-days', '30'];

/** A certificate with its key, in PEM, and in the forms that headers and tokens have. */
export interface Issued {
  cert: string;
  key: string;
  certFile: string;
  keyFile: string;
  /** DER in base64. */
  der: string;
  thumbprint: string;
}

/** What a certificate says. */
interface Contents {
  subject: string;
  /** Lines of an OpenSSL configuration. */
  extensions?: readonly string[];
  expired?: boolean;
}

/** A certificate authority made by OpenSSL, in a directory of its own. */
export class CertificateAuthority {
  readonly #directory = mkdtempSync(join(tmpdir(), 'postern-ca-'));
  readonly file = join(this.#directory, 'ca.pem');
  readonly #key = join(this.#directory, 'ca.key');
  #count = 0;

  constructor(name: string) {
    const files = ['-keyout', this.#key, '-out', this.file];
    this.#openssl('req', '-x509', ...EC, ...files, '-days', '30', '-subj', `/CN=${name}`);
    writeFileSync(join(this.#directory, 'index.txt'), '');
    writeFileSync(
      join(this.#directory, 'ca.cnf'),
      `[ca]\ndefault_ca=this\n[this]\ndatabase=${this.#directory}/index.txt\nnew_certs_dir=${this.#directory}
rand_serial=yes\ndefault_md=sha256\npolicy=any\nunique_subject=no\n[any]\n`,
    );
  }

  issue({ subject, extensions = [], expired = false }: Contents): Issued {
    const path = join(this.#directory, String(++this.#count));
    this.#openssl('req', ...EC, '-keyout', `${path}.key`, '-out', `${path}.csr`, '-subj', subject);
    const isAuthority = extensions.some((line) => line.startsWith('basicConstraints'));
    writeFileSync(
      `${path}.ext`,
      ['basicConstraints=CA:FALSE', ...extensions].slice(isAuthority ? 1 : 0).join('\n'),
    );
    const from = ['-batch', '-notext', '-config', join(this.#directory, 'ca.cnf'), '-preserveDN'];
    const by = ['-cert', this.file, '-keyfile', this.#key, '-extfile', `${path}.ext`];
    const files = ['-in', `${path}.csr`, '-out', `${path}.pem`];
    this.#openssl('ca', ...from, ...by, ...files, ...(expired ? PAST : NOW), '-subj', subject, '-utf8');
    return this.#read(path);
  }

  /** A certificate that signs itself. */
  selfSigned(subject: string): Issued {
    const path = join(this.#directory, String(++this.#count));
    const files = ['-keyout', `${path}.key`, '-out', `${path}.pem`];
    this.#openssl('req', '-x509', ...EC, ...files, '-days', '30', '-subj', subject);
    return this.#read(path);
  }

  remove(): void {
    rmSync(this.#directory, { recursive: true, force: true });
  }

  #read(path: string): Issued {
    const cert = readFileSync(`${path}.pem`, 'utf8');
    const { raw } = new X509Certificate(cert);
    return {
      cert,
      key: readFileSync(`${path}.key`, 'utf8'),
      certFile: `${path}.pem`,
      keyFile: `${path}.key`,
      der: raw.toString('base64'),
      thumbprint: createHash('sha256').update(raw).digest('base64url'),
    };
  }

  #openssl(...args: string[]): void {
    execFileSync('openssl', args, { stdio: 'pipe' });
  }
}
