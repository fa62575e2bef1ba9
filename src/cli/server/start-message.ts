import type { FirstCredentials } from '../../server/bootstrap.js';
import type { Settings } from '../../settings/settings.js';

/** What the first start prints, once, on stdout: the credentials, and what to do with them. */
export function credentialsMessage(
  { issuer, console: hasConsole }: Pick<Settings, 'console' | 'issuer'>,
  first: FirstCredentials,
): string {
  const inBrowser = hasConsole
    ? `Sign in to the console and make a client:

  ${issuer}/console

or try`
    : 'Try';
  return `
Postern is ready. This is shown once; keep it.

  Issuer            ${issuer}
  Operator sign-in  ${first.operatorEmail}
           password ${first.operatorPassword}
  Admin client      ${first.clientId}
             secret ${first.clientSecret}

${inBrowser} an example application, in a second terminal:

  npm run demo

or get an admin token by hand:

  curl -u ${first.clientId}:${first.clientSecret} ${issuer}/oauth2/token \\
    -d grant_type=client_credentials -d 'scope=clients.read clients.write' -d resource=${issuer}/admin

`;
}

/** What runs, as `startMessage` tells it. */
export interface RunningInstallation {
  version: string;
  issuer: string;
  /** Where the server listens. */
  host: string;
  port: number;
  /** The e-mail address of an operator; undefined when no account is one. */
  operator: string | undefined;
  hasConsole: boolean;
}

/** What each start at a terminal ends with, on stderr. */
export function startMessage(running: RunningInstallation): string {
  const { version, issuer, host, port, operator, hasConsole } = running;
  const rows = [
    [`Postern ${version}`, `${issuer}  (listening on ${host}:${String(port)})`],
    ['Discovery', `${issuer}/.well-known/openid-configuration`],
    ...(hasConsole ? [['Console', `${issuer}/console`]] : []),
    ['Admin API', `${issuer}/admin/v1/docs`],
    ['Lost password', `npm run postern -- account set-password ${operator ?? '<e-mail address>'}`],
    ['Stop', 'Ctrl-C'],
  ];
  return `\n${rows.map(([name = '', value = '']) => `  ${name.padEnd(15)}${value}`).join('\n')}\n\n`;
}
