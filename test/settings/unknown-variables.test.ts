import { expect, test } from '@jest/globals';
import { unknownVariables } from '../../src/settings/unknown-variables.js';
import { PosternProcess, killAll, openCommandLine } from '../harness/nodes/postern-process.js';
import { freePort } from '../harness/nodes/test-server.js';

/** What shells, terminals, package managers, CI services, containers and databases usually set. */
const ORDINARY = `
  BASH BROWSER CI CLICOLOR COLORTERM COLUMNS COMPOSE_PROJECT_NAME CONTAINER DATABASE DATA DEBUG DISPLAY DNS EDITOR ENV
  FORCE_COLOR GITHUB_ACTIONS GITHUB_TOKEN GITHUB_WORKSPACE GITLAB_CI GPG_TTY GRADLE_HOME HISTFILE HISTSIZE HOME HOMEBREW_PREFIX
  HOSTNAME HOSTTYPE HTTPS_PROXY HTTP_PROXY IFS INIT_CWD INVOCATION_ID JAVA_HOME JOB_ID JOURNAL_STREAM KUBERNETES_PORT
  KUBERNETES_SERVICE_HOST KUBERNETES_SERVICE_PORT LANG LANGUAGE LC_ALL LC_CTYPE LESS LESSOPEN LINES LISTEN_FDS LOGNAME
  LS_COLORS MACHTYPE MAIL MAKEFLAGS MANPATH MEMORY_LIMIT NODE NODE_ENV NODE_EXTRA_CA_CERTS NODE_OPTIONS NODE_PATH NODE_VERSION
  NOTIFY_SOCKET NO_COLOR NO_PROXY NVM_BIN NVM_DIR OLDPWD OSTYPE PAGER PASSWORD PATH PATH_TEMPLATE PGDATA PGDATABASE PGHOST PGPASSWORD
  PGPORT PGSSLMODE PGUSER POD_NAME POSIXLY_CORRECT POST POSTGRES_DB POSTGRES_PASSWORD POSTGRES_USER PPID PROMPT PS1 PWD
  PYTHONPATH RUNNER_OS SERVER SESSION_MANAGER SHELL SHLVL SSH_AGENT_PID SSH_AUTH_SOCK SSH_CLIENT SSH_CONNECTION SSH_TTY SSL_CERT_FILE
  SUDO_USER SYSTEMD_EXEC_PID TEMP TERM TERM_PROGRAM TEST TMP TMPDIR TOKEN TZ UID USER USERNAME USERPROFILE UV_THREADPOOL_SIZE
  VIRTUAL_ENV VISUAL WINDOWID WORKDIR WORKSPACE XAUTHORITY XDG_CACHE_HOME XDG_CONFIG_DIRS XDG_DATA_DIRS XDG_RUNTIME_DIR
  XDG_SESSION_ID XDG_SESSION_TYPE _ npm_config_cache npm_config_loglevel npm_lifecycle_event npm_node_execpath npm_package_name
  HTTP_PORT HTTPS_PORT SMTP_HOST SMTP_PORT DB_HOST DB_PORT REDIS_URL MAIL_HOST PORTS HOSTS SPORT BOOST COST PART
`
  .trim()
  .split(/\s+/);

function meantBy(name: string): string | undefined {
  return unknownVariables({ [name]: 'x' })[0]?.meant;
}

test.each([
  ['ISUER', 'ISSUER'],
  ['ISSEUR', 'ISSUER'],
  ['ISSUE', 'ISSUER'],
  ['ACCES_TOKEN_TTL', 'ACCESS_TOKEN_TTL'],
  ['ACCESSTOKENTTL', 'ACCESS_TOKEN_TTL'],
  ['DATABASE_URI', 'DATABASE_URL'],
  ['WORKER', 'WORKERS'],
  ['LOGLEVEL', 'LOG_LEVEL'],
  ['SIGN_IN_ATTEMPTS_PER_ACOUNT', 'SIGN_IN_ATTEMPTS_PER_ACCOUNT'],
  ['PROT', 'PORT'],
  ['HSOT', 'HOST'],
])('%s is taken for a misspelt %s', (name, meant) => {
  expect(meantBy(name)).toBe(meant);
});

test('ordinary variables, settings and empty variables are not', () => {
  const environment = { ...Object.fromEntries(ORDINARY.map((name) => [name, 'x'])), PORT: '1', ISUER: '' };
  expect(unknownVariables(environment)).toEqual([]);
});

test('the server logs each once at the start, commands name it on stderr', async () => {
  const shell = await openCommandLine();
  try {
    const environment = {
      ...shell.environment,
      ISUER: 'https://id.example.com',
      PORT: String(await freePort()),
    };
    const said = 'ISUER is not a setting of Postern and has no effect; did you mean ISSUER?';
    const server = new PosternProcess(['serve'], { ...environment, WORKERS: '2' });
    await server.says('"listening"');
    await server.end('SIGTERM');
    const lines = server.stderr.split('\n').filter((line) => line.includes('ISUER'));
    expect(lines.map((line) => JSON.parse(line) as object)).toEqual([
      expect.objectContaining({ level: 'warn', variable: 'ISUER', msg: said }),
    ]);

    for (const args of [['client', 'list'], ['migrate'], ['settings']]) {
      const command = new PosternProcess(args, environment);
      expect((await command.ended).code).toBe(0);
      expect(command.stderr).toBe(`postern: ${said}\n`);
    }
  } finally {
    await killAll();
    await shell.database.drop();
  }
});
