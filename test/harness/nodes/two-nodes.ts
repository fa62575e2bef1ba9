import { randomBytes } from 'node:crypto';
import { type Environment, runPostern } from './postern-process.js';
import { NodeProcess } from './node-process.js';
import { Party } from '../traffic/party.js';

/** Limits that hold against guessing are not what is tortured; tokens outlive the run. */
export const ROOMY: Environment = {
  SIGN_IN_ATTEMPTS_PER_ACCOUNT: '10000',
  SIGN_IN_ATTEMPTS_PER_ADDRESS: '100000',
  CLIENT_SECRET_ATTEMPTS: '10000',
  USER_CODE_ATTEMPTS: '10000',
  CIBA: 'on',
  CLIENT_CREDENTIALS_TTL: '86400',
  ACCESS_TOKEN_TTL: '86400',
};

/** Two nodes of one installation, started on an empty database, and who uses them. */
export interface TwoNodes {
  nodes: [NodeProcess, NodeProcess];
  party: Party;
}

/** @param second settings of the second node alone */
export async function startTwoNodes(
  databaseUrl: string,
  environment: Environment = {},
  second: Environment = {},
): Promise<TwoNodes> {
  const common = {
    ...ROOMY,
    DATABASE_URL: databaseUrl,
    ENCRYPTION_KEY: randomBytes(32).toString('base64url'),
    ...environment,
  };
  const { code, stderr } = await runPostern(['migrate'], common);
  if (code !== 0) throw new Error(`migrating failed: ${stderr}`);
  const one = await NodeProcess.create(common);
  const other = await NodeProcess.create({
    ...common,
    ISSUER: one.origin,
    TRUSTED_PROXIES: '1',
    ...second,
  });
  await one.start();
  const welcome = await one.welcome();
  await other.start();
  return { nodes: [one, other], party: await Party.join([one.origin, other.origin], welcome) };
}
