import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createApp } from '../../src/server/app.js';
import { openContext } from '../../src/context.js';
import { startEngine } from '../../src/endpoints/oidc/start-engine.js';
import { listen } from '../../src/platform/http/server.js';
import { readSettings } from '../../src/settings/settings.js';
import { createLogger } from '../../src/platform/telemetry/telemetry.js';
import type { UsageListener } from '../../src/endpoints/oidc/usage-events.js';

/** What the process under test says of itself: where it listens with and without counting, and as whom to ask. */
export interface Ready {
  counted: number;
  uncounted: number;
  clientId: string;
  clientSecret: string;
}

/** The CPU that the process used so far, in microseconds. */
export interface Cpu {
  cpu: number;
}

/** Two listeners of one process on one database: one counts and writes usage, the other does not. */
async function run(): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), 'postern-bench-'));
  const settings = readSettings({ DATA_DIR: directory, ISSUER: 'http://localhost:3999' });
  const context = await openContext(settings, 'own', createLogger({ level: 'error' }));
  await context.keys.ensure();
  const tenant = await context.tenants.resolve('default', 'default');
  const actor = { subject: 'bench', address: null, requestId: null };
  const { record, clientSecret } = await context.clients.create(actor, tenant, {
    client_name: 'Bench',
    grant_types: ['client_credentials'],
  });
  const nothing = (): void => undefined;
  const deaf: UsageListener = {
    authorized: nothing,
    unprotectedCode: nothing,
    issued: nothing,
    failed: nothing,
    used: nothing,
    secretUsed: nothing,
  };
  const [counting, silent] = [
    createApp(context, await startEngine(context)),
    createApp(context, await startEngine({ ...context, usage: deaf })),
  ];
  const [counted, uncounted] = [await listen(counting, '127.0.0.1', 0), await listen(silent, '127.0.0.1', 0)];

  process.on('message', (wish: 'cpu' | 'flush' | 'stop') => {
    void (async () => {
      if (wish === 'flush') await context.usage.flush();
      if (wish === 'stop') {
        await Promise.all([counted.close(1), uncounted.close(1)]);
        await context.close();
        await rm(directory, { recursive: true, force: true });
        process.disconnect();
        return;
      }
      const { user, system } = process.cpuUsage();
      process.send?.({ cpu: user + system } satisfies Cpu);
    })();
  });
  const ready = { counted: counted.port, uncounted: uncounted.port };
  process.send?.({ ...ready, clientId: record.clientId, clientSecret: clientSecret ?? '' } satisfies Ready);
}

await run();
