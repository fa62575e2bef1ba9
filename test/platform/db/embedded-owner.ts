import { startEmbeddedDatabase } from '../../../src/platform/embedded-database/embedded-database.js';
import { EmbeddedDatabaseInUse } from '../../../src/platform/embedded-database/owner-lock.js';

// A process that owns the database in the directory of its argument until it is killed. Says how the start went.
try {
  const { connection } = await startEmbeddedDatabase({ dataDirectory: process.argv[2] ?? '' });
  process.stdout.write(`${JSON.stringify({ connection })}\n`);
  setInterval(() => undefined, 60_000);
} catch (error) {
  const owner = error instanceof EmbeddedDatabaseInUse ? error.pid : undefined;
  process.stdout.write(`${JSON.stringify({ owner, error: String(error) })}\n`);
}
