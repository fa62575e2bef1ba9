import { DEVICE_CODE } from '../../registry/client-record/client-record.js';

/** A kind of application: what its client is made with, and the sections of the document that connect it. */
export interface ClientKind {
  key: string;
  name: string;
  text: string;
  icon: string;
  /** What is set, in words. */
  defaults: readonly string[];
  /** The members of the new record. */
  settings: Readonly<Record<string, unknown>>;
  redirects: boolean;
  /** An address that such an application may have. */
  example: string;
  libraries: readonly string[];
}

const PRIVATE = 'Private: only members of the organization may use it until it is published';
const PUBLIC_CLIENT = ['Public client, without a secret', 'PKCE with S256 required'];
const WITH_PEOPLE = 'Grant types authorization_code and refresh_token';

export const CLIENT_KINDS: readonly ClientKind[] = [
  {
    key: 'web',
    name: 'Web server',
    text: 'Runs on a server of yours and keeps a secret there. Next.js, Rails, Spring, PHP, oauth2-proxy.',
    icon: 'office',
    defaults: [
      'Confidential client with one secret',
      'client_secret_basic or client_secret_post',
      WITH_PEOPLE,
      'PKCE with S256 required',
      PRIVATE,
    ],
    settings: { client_type: 'confidential', application_type: 'web', pkce_required: true },
    redirects: true,
    example: 'http://localhost:4000/callback',
    libraries: [
      'openid-client',
      'Auth.js',
      'next-auth 4',
      'better-auth',
      'Passport',
      'oauth4webapi',
      'Spring Boot',
      'Authlib',
      'mozilla-django-oidc',
      'mod_auth_openidc',
      'oauth2-proxy',
      'Go',
      'ASP.NET',
    ],
  },
  {
    key: 'spa',
    name: 'Single page',
    text: 'Runs in the browser alone. React, Vue, Angular, Svelte without a server part.',
    icon: 'apps',
    defaults: [...PUBLIC_CLIENT, WITH_PEOPLE, 'CORS for the origins of its redirect URIs', PRIVATE],
    settings: { token_endpoint_auth_method: 'none', application_type: 'web' },
    redirects: true,
    example: 'http://localhost:4000/',
    libraries: ['oidc-client-ts'],
  },
  {
    key: 'native',
    name: 'Native',
    text: 'Installed on a phone or a desktop. iOS, Android, Electron, a command line with a browser.',
    icon: 'phone',
    defaults: [...PUBLIC_CLIENT, WITH_PEOPLE, 'Any port of loopback redirect URIs (RFC 8252)', PRIVATE],
    settings: { token_endpoint_auth_method: 'none', application_type: 'native' },
    redirects: true,
    example: 'com.example.app:/callback',
    libraries: ['AppAuth'],
  },
  {
    key: 'device',
    name: 'Device',
    text: 'Has no browser or no keyboard. A television, a scanner, a command line over SSH.',
    icon: 'tv',
    defaults: ['Public client, without a secret', 'Device code (RFC 8628) and refresh tokens', PRIVATE],
    settings: { token_endpoint_auth_method: 'none', grant_types: [DEVICE_CODE, 'refresh_token'] },
    redirects: false,
    example: '',
    libraries: ['A device'],
  },
  {
    key: 'machine',
    name: 'Machine',
    text: 'No person is involved. A job, a service, a pipeline with rights of its own.',
    icon: 'codes',
    defaults: [
      'Confidential client with one secret',
      'Grant type client_credentials alone',
      'No scopes but those you choose',
    ],
    settings: { client_type: 'confidential', grant_types: ['client_credentials'] },
    redirects: false,
    example: '',
    libraries: ['A machine'],
  },
  {
    key: 'mcp',
    name: 'MCP client',
    text: 'An assistant that calls tools of yours for a person. Most register themselves; this is for those that cannot.',
    icon: 'people',
    defaults: [...PUBLIC_CLIENT, WITH_PEOPLE, PRIVATE],
    settings: { token_endpoint_auth_method: 'none' },
    redirects: true,
    example: 'http://localhost:4000/callback',
    libraries: ['MCP SDK'],
  },
];

/** The kind of this key. */
export function clientKind(key: string | null): ClientKind | undefined {
  return CLIENT_KINDS.find((kind) => kind.key === key);
}
