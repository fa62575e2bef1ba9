import { parseArgs } from 'node:util';
import setUp from '../../harness/run/global-setup.js';
import tearDown from '../../harness/run/global-teardown.js';
import { killAll } from '../../harness/nodes/postern-process.js';
import { createTestDatabase } from '../../harness/database/test-database.js';
import { away, full, readOnly, restarted, slow, swallowed } from '../../harness/faults/database-faults.js';
import { startOutageNode } from '../../harness/nodes/outage-node.js';
import { outage, type Report } from './outage.js';

const { values: options } = parseArgs({
  options: {
    seconds: { type: 'string', default: '30' },
    each: { type: 'string', default: '4' },
    timeout: { type: 'string', default: '5' },
  },
});
const bounds = { seconds: Number(options.seconds), each: Number(options.each), timeout: 60 };

await setUp();
const database = await createTestDatabase();
let failed = false;
try {
  const node = await startOutageNode(database, { DATABASE_TIMEOUT: options.timeout });
  process.stdout.write(
    '| the database is | answers meanwhile | longest answer s | first token after s | RSS MB before, during, after | wrong |\n|---|---|---|---|---|---|\n',
  );
  for (const fault of [away, swallowed, slow(2_000), full, readOnly, restarted]) {
    const report = await outage(node, fault, bounds);
    failed ||= report.wrong.length > 0;
    process.stdout.write(`${row(report)}\n`);
  }
  await node.close();
} finally {
  await killAll();
  await database.drop();
  await tearDown();
}
process.exit(failed ? 1 : 0);

function row({ fault, during, longest, recovery, rss, wrong }: Report): string {
  const answers = Object.entries(during)
    .sort()
    .map(([answer, count]) => `${answer}: ${String(count)}`);
  const memory = [rss.before, rss.during, rss.after].map((megabytes) => megabytes.toFixed(0));
  const cells = [fault, answers.join(', '), (longest / 1000).toFixed(1), (recovery / 1000).toFixed(2)];
  return `| ${[...cells, memory.join(', '), wrong.join('; ') || 'nothing'].join(' | ')} |`;
}
