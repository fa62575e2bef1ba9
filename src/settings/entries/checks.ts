import { isIP } from 'node:net';
import * as z from 'zod';
import { Secret } from '../secret.js';

/** Ten years. */
const MAX_SECONDS = 315_360_000;

export function wholeNumber(min: number, max: number) {
  const error = `must be a whole number from ${String(min)} to ${String(max)}`;
  return z
    .string()
    .regex(/^\d+$/, { error, abort: true })
    .transform(Number)
    .pipe(z.number().min(min, error).max(max, error));
}

/** A duration, which is never zero. */
export const seconds = wholeNumber(1, MAX_SECONDS);

export const yesOrNo = z.stringbool({ truthy: ['true'], falsy: ['false'], error: 'must be true or false' });

export function oneOf<const Value extends string>(...values: readonly [Value, ...Value[]]) {
  return z.enum(values, `must be one of ${values.join(', ')}`);
}

export const text = z.string().refine((value) => value.trim() !== '', 'must not be blank');

/** Items between blanks or commas. `error` says what each of them must be. */
export function listOf(isItem: (item: string) => boolean, error: string) {
  return z
    .string()
    .transform((value) => value.split(/[\s,]+/).filter(Boolean))
    .refine((items) => items.every(isItem), error);
}

/** The origin that this server is known by: https, or http on this machine. */
export const issuerOrigin = z.string().refine((value) => {
  const url = URL.parse(value);
  return url?.origin === value && (url.protocol === 'https:' || isLocalHttp(url));
}, 'must be an origin such as https://id.example.com: https (http only for localhost), lower case, no default port, no path, no trailing slash');

/** Whether a URL is one of this machine without TLS. */
export function isLocalHttp({ protocol, hostname }: URL): boolean {
  return protocol === 'http:' && ['localhost', '127.0.0.1', '[::1]'].includes(hostname);
}

/** Whether the host of a URL is an IP address. */
export function isAddress(host: string): boolean {
  return isIP(host.replace(/^\[|\]$/g, '')) !== 0;
}

/** A domain name in ASCII, or `localhost`. */
export const domainName = z
  .string()
  .refine(
    (value) => URL.parse(`https://${value}`)?.hostname === value && !isAddress(value),
    'must be a domain name in lower case, such as example.com, without a port',
  );

export const listenAddress = z
  .string()
  .refine(
    (value) => isIP(value) !== 0 || /^[a-z\d][a-z\d_.-]{0,252}$/i.test(value),
    'must be an IP address or a host name, without a port: 0.0.0.0',
  );

export const postgresUrl = z
  .string()
  .regex(/^postgres(ql)?:\/\//, { error: 'must start with postgres:// or postgresql://', abort: true })
  // A URL without a host, which may come as a parameter, is one for PostgreSQL only.
  .refine(
    (value) => URL.canParse(value.replace('@/', '@localhost/')),
    'is not a URL; percent-encode special characters in it',
  )
  .refine((value) => {
    const port = URL.parse(value.replace('@/', '@localhost/'))?.searchParams.get('port');
    return port === null || port === undefined || /^\d{1,5}$/.test(port);
  }, 'the parameter port must be a number')
  .transform((value) => new Secret(value));

export const key32Bytes = z
  .string()
  .refine(
    (value) => /^[\w+/-]{43}=?$/.test(value) && Buffer.from(value, 'base64url').length === 32,
    'must be 32 bytes in base64url: openssl rand -base64 32 | tr +/ -_',
  )
  .transform((value) => new Secret(value));

/** IP addresses between commas, each with or without a port: 192.0.2.1, 192.0.2.1:53, 2001:db8::1, [2001:db8::1]:53. */
export const serverAddresses = listOf(
  isServerAddress,
  'must be IP addresses, each with or without a port, between commas: 192.0.2.1,[2001:db8::1]:53',
);

function isServerAddress(item: string): boolean {
  const [, v4, v6, port] = /^(?:([\d.]+)|\[([^\]]+)\]):(\d{1,5})$/.exec(item) ?? [];
  if (port === undefined) return isIP(item) !== 0;
  const family = v4 === undefined ? isIP(v6 ?? '') === 6 : isIP(v4) === 4;
  return family && Number(port) >= 1 && Number(port) <= 65_535;
}

/** The name of a header (RFC 9110 section 5.6.2), in lower case. */
export const headerName = z
  .string()
  .regex(/^[\w!#$%&'*+.^`|~-]{1,64}$/, 'must be the name of a header, such as Client-Cert')
  .transform((value) => value.toLowerCase());

/** A network, or one address with all of its bits. */
export interface Subnet {
  address: string;
  prefix: number;
  family: 'ipv4' | 'ipv6';
}

/** IP addresses and networks between commas: 192.0.2.1, 10.0.0.0/8, 2001:db8::/32. */
export const subnets = listOf(
  (item) => readSubnet(item) !== undefined,
  'must be IP addresses or networks between commas: 192.0.2.1,10.0.0.0/8',
).transform((items) => items.flatMap((item) => readSubnet(item) ?? []));

function readSubnet(item: string): Subnet | undefined {
  const [, address = '', bits] = /^([\d.a-f:]+)(?:\/(\d{1,3}))?$/i.exec(item) ?? [];
  const version = isIP(address);
  const most = version === 4 ? 32 : 128;
  const prefix = bits === undefined ? most : Number(bits);
  if (version === 0 || prefix < 1 || prefix > most) return undefined;
  return { address, prefix, family: version === 4 ? 'ipv4' : 'ipv6' };
}

/** smtps, or smtp: a host, an optional port, and an optional user with a password, percent-encoded. */
export const smtpUrl = z
  .string()
  .refine((value) => {
    const url = URL.parse(value);
    if (!url || !['smtp:', 'smtps:'].includes(url.protocol) || url.hostname === '') return false;
    const bare = ['', '/'].includes(url.pathname) && url.search === '' && url.hash === '';
    return bare && (url.username === '') === (url.password === '') && isPercentEncoded(url);
  }, 'must be smtps://user:password@host:port or smtp://host:port, without a path and parameters; percent-encode special characters in user and password')
  .transform((value) => new Secret(value));

function isPercentEncoded({ username, password }: URL): boolean {
  try {
    decodeURIComponent(username + password);
    return true;
  } catch {
    return false;
  }
}

/** The sender of mails. */
export interface Mailbox {
  name: string;
  address: string;
}

const MAILBOX = /^(?:([^<>"\p{Cc}]*?)\s*<([^\s<>@"]+@[^\s<>@"]+)>|([^\s<>@"]+@[^\s<>@"]+))$/u;

/** An e-mail address, alone or in angle brackets after a name. */
export const mailbox = z
  .string()
  .regex(MAILBOX, { error: 'must be an address: id@example.com or Example <id@example.com>', abort: true })
  .transform((value): Mailbox => {
    const [, name = '', named, bare = ''] = MAILBOX.exec(value) ?? [];
    return { name, address: named ?? bare };
  });

export const contactUrl = z
  .string()
  .refine(
    (value) => ['https:', 'mailto:'].includes(URL.parse(value)?.protocol ?? ''),
    'must be an https or mailto URL',
  );

export const webUrl = z
  .string()
  .refine((value) => URL.parse(value)?.protocol === 'https:', 'must be an https URL');

/** https, or http on this machine: what comes over http can be replaced on its way. */
export const secureUrl = z.url({ protocol: /^https?$/ }).refine((value) => {
  const url = URL.parse(value);
  return url?.protocol === 'https:' || (url !== null && isLocalHttp(url));
}, 'must be https (http only for localhost)');

/** A JSON list of other issuers, each once. */
export function issuerList<Entry extends z.ZodType<{ issuer: string }>>(entry: Entry) {
  return z
    .string()
    .transform((text, context) => {
      try {
        return JSON.parse(text) as unknown;
      } catch {
        context.addIssue('must be JSON');
        return z.NEVER;
      }
    })
    .pipe(z.array(entry))
    .refine(
      (issuers) => new Set(issuers.map(({ issuer }) => issuer)).size === issuers.length,
      'must not name an issuer twice',
    );
}
