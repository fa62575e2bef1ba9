import { hostname } from 'node:os';
import * as z from 'zod';
import type { DerivedDefault } from '../setting.js';
import { settingGroup } from '../setting.js';
import { issuerOrigin, listenAddress, oneOf, seconds, wholeNumber } from './checks.js';

const PORT = '3000';

/** Port 0 stands for a free one, which is not known yet. */
const localOrigin: DerivedDefault = {
  documented: 'http://localhost:$PORT',
  from: (environment) => {
    const port = environment['PORT'] ?? PORT;
    const url = Number(port) === 0 ? null : URL.parse(`http://localhost:${port}`);
    return url?.origin ?? `http://localhost:${PORT}`;
  },
};

export const serverSettings = settingGroup('Server', {
  ISSUER: {
    default: localOrigin,
    check: issuerOrigin,
    description:
      'The origin that relying parties and people see; every URL is built from it. https (http only for localhost), no path, no trailing slash. On localhost it has the port of `PORT`, unless `TRUSTED_PROXIES` says that a proxy is in front. With `PORT=0` it defaults to `http://localhost:3000`.',
  },
  HOST: {
    default: '127.0.0.1',
    check: listenAddress,
    description: 'The address to listen on; `0.0.0.0` in a container.',
  },
  PORT: {
    default: PORT,
    check: wholeNumber(0, 65_535),
    description: 'The port to listen on; 0 picks a free one.',
  },
  WORKERS: {
    default: '1',
    check: wholeNumber(1, 256),
    description: 'How many processes answer requests behind the one port.',
  },
  CONSOLE_NODE_NAME: {
    default: { documented: 'the name of the host', from: () => hostname() },
    check: z.string().trim().min(1).max(100),
    description: 'What the console calls this node; processes of one name are one node.',
  },
  TRUSTED_PROXIES: {
    default: '0',
    check: wholeNumber(0, 10),
    description:
      'How many proxies are in front, whose `X-Forwarded-For` is believed about the address of the caller.',
  },
  LOG_LEVEL: {
    default: 'info',
    check: oneOf('trace', 'debug', 'info', 'warn', 'error', 'silent'),
    description: 'The lowest level that is logged: `trace`, `debug`, `info`, `warn`, `error` or `silent`.',
  },
  LOG_FORMAT: {
    default: 'auto',
    check: oneOf('auto', 'json', 'pretty'),
    description:
      '`json`: one JSON object a line. `pretty`: lines for people, coloured at a terminal unless `NO_COLOR` is set. `auto`: `pretty` when stderr is a terminal, else `json`.',
  },
  SHUTDOWN_TIMEOUT: {
    default: '30',
    check: seconds,
    description: 'How long requests in progress may take to end after SIGTERM.',
  },
});
