import { isAddress, isLocalHttp } from './entries/checks.js';
import type { Values } from './values.js';

/** What is wrong with settings that are valid each, in sentences that begin with the name of one. */
export function problemsBetween(values: Partial<Values>): string[] {
  return [
    ...ownIssuerProblems(values),
    ...idTokenAlgProblems(values),
    ...rpIdProblems(values),
    ...certificateProblems(values),
    ...metricsProblems(values),
  ];
}

/** Tokens of our own are verified with our own keys and rules. */
function ownIssuerProblems({ ADMIN_ISSUERS = [], IDENTITY_ISSUERS = [], ISSUER }: Partial<Values>): string[] {
  const hasOwn = (issuers: readonly { issuer: string }[]) => issuers.some(({ issuer }) => issuer === ISSUER);
  return [
    ...(hasOwn(ADMIN_ISSUERS)
      ? ['ADMIN_ISSUERS: leave out the issuer of this server itself, whose tokens are accepted without it']
      : []),
    ...(hasOwn(IDENTITY_ISSUERS)
      ? ['IDENTITY_ISSUERS: leave out the issuer of this server itself: its assertions are for other servers']
      : []),
  ];
}

/** What goes with the header in which a proxy passes on certificates. */
function certificateProblems(values: Partial<Values>): string[] {
  if (values.MTLS_CERTIFICATE_HEADER !== undefined)
    return values.TRUSTED_PROXIES === 0
      ? ['MTLS_CERTIFICATE_HEADER: set TRUSTED_PROXIES too, to the number of proxies in front']
      : [];
  const without = (['MTLS_CA_FILE', 'MTLS_ORIGIN'] as const).filter((name) => values[name] !== undefined);
  return without.map((name) => `${name}: has no effect without MTLS_CERTIFICATE_HEADER; set that too`);
}

/** The server needs keys for it. */
function idTokenAlgProblems({ ID_TOKEN_ALG: alg, SIGNING_ALGORITHMS: known }: Partial<Values>): string[] {
  if (alg === undefined || known === undefined || known.includes(alg)) return [];
  return [`ID_TOKEN_ALG: add ${alg} to SIGNING_ALGORITHMS, or use one of ${known.join(', ')}`];
}

/** WebAuthn: the RP ID is the host of the origin, or a registrable domain above it. Browsers refuse public suffixes. */
function rpIdProblems({ ISSUER, PASSKEY_RP_ID: rpId }: Partial<Values>): string[] {
  if (ISSUER === undefined || rpId === undefined) return [];
  const host = new URL(ISSUER).hostname;
  if (host === rpId || (rpId.includes('.') && host.endsWith(`.${rpId}`) && !isAddress(host))) return [];
  return [`PASSKEY_RP_ID: must be ${host}, the host of ISSUER, or a domain above it with at least one dot`];
}

/** The measurements are not for the public. */
function metricsProblems({ METRICS_PORT, PORT }: Partial<Values>): string[] {
  if (!METRICS_PORT || METRICS_PORT !== PORT) return [];
  return ['METRICS_PORT: must be another port than PORT, which everybody can connect to'];
}

/** Without a proxy in front, requests for an issuer on this machine arrive at its port. */
export function portProblems({ ISSUER, PORT, TRUSTED_PROXIES }: Partial<Values>): string[] {
  if (ISSUER === undefined || !PORT || TRUSTED_PROXIES !== 0) return [];
  const url = new URL(ISSUER);
  const port = url.port || '80';
  if (!isLocalHttp(url) || Number(port) === PORT) return [];
  url.port = String(PORT);
  return [
    `ISSUER: ${ISSUER} leads to port ${port}, but PORT is ${String(PORT)}: set ISSUER=${url.origin} or PORT=${port}; behind a proxy, set TRUSTED_PROXIES to the number of proxies`,
  ];
}
