import { startEmbeddedDatabase } from '../../../src/platform/embedded-database/embedded-database.js';
import { EmbeddedDatabaseInUse } from '../../../src/platform/embedded-database/owner-lock.js';

// A process that owns the database in the directory of its first argument until it is killed, as the user with the id of
// its second one if there is one. Prints how the start went.
const [, , dataDirectory = '', uid] = process.argv;
if (uid !== undefined) process.setuid?.(Number(uid));
try {
  const { connection } = await startEmbeddedDatabase({ dataDirectory });
  process.stdout.write(`${JSON.stringify({ connection })}\n`);
  setInterval(() => undefined, 60_000);
} catch (error) {
  const owner = error instanceof EmbeddedDatabaseInUse ? error.pid : undefined;
  process.stdout.write(`${JSON.stringify({ owner, error: String(error) })}\n`);
}
