import { parseArgs } from 'node:util';
import { administer, databaseUrl } from '../../harness/database/administer.js';
import { killAll } from '../../harness/nodes/postern-process.js';
import { redeemAtOnce } from './atomicity.js';
import { crash } from '../crash/crash.js';
import { Outcomes, report } from '../../harness/traffic/outcomes.js';
import { startEmbeddedPostgres } from '../../harness/database/embedded-postgres.js';
import { REDEMPTIONS } from '../../harness/traffic/redemption.js';
import { SeededRandom } from '../../harness/common/seeded-random.js';
import { openEmbedded, type OpenScene, openTwoNodes } from '../crash/scenes.js';
import { startTwoNodes } from '../../harness/nodes/two-nodes.js';

const PARTS = ['atomicity', 'crash', 'crash-embedded'];
const { values: options } = parseArgs({
  options: {
    parts: { type: 'string', default: PARTS.join(',') },
    redemptions: { type: 'string', default: REDEMPTIONS.map(({ name }) => name).join(';') },
    trials: { type: 'string', default: '1000' },
    crowd: { type: 'string', default: '100' },
    rounds: { type: 'string', default: '100' },
    workers: { type: 'string', default: '2' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
  },
});
const all: Outcomes[] = [];
const say = (line: string) => process.stderr.write(`${line}\n`);
say(`seed ${options.seed}`);

async function atomicity(): Promise<void> {
  const own = process.env['TEST_DATABASE_URL'] ? undefined : await startEmbeddedPostgres();
  const server = process.env['TEST_DATABASE_URL'] ?? own?.url ?? '';
  const name = `postern_torture_${String(process.pid)}`;
  try {
    for (const grace of new Set(REDEMPTIONS.map((redemption) => redemption.grace))) {
      await administer(server, `CREATE DATABASE ${name}`);
      const { party } = await startTwoNodes(databaseUrl(server, name), { REFRESH_GRACE: String(grace) });
      for (const redemption of REDEMPTIONS.filter((one) => one.grace === grace)) {
        if (!options.redemptions.split(';').includes(redemption.name)) continue;
        const outcomes = new Outcomes(`atomicity: ${redemption.name}`);
        all.push(outcomes);
        const size = { trials: Number(options.trials), crowd: Number(options.crowd) };
        await redeemAtOnce(party, redemption, size, outcomes);
        say(outcomes.row().join(' | '));
      }
      await killAll();
      await administer(server, `DROP DATABASE ${name} WITH (FORCE)`);
    }
  } finally {
    await killAll();
    await own?.stop();
  }
}

async function crashes(name: string, open: (workers: number) => Promise<OpenScene>): Promise<void> {
  const outcomes = new Outcomes(name);
  all.push(outcomes);
  const scene = await open(Number(options.workers));
  try {
    await crash(scene, Number(options.rounds), new SeededRandom(Number(options.seed)), outcomes);
  } catch (error) {
    outcomes.wrong.push(String(error));
  } finally {
    await scene.close();
  }
  say(outcomes.row().join(' | '));
}

const parts = options.parts.split(',');
if (parts.includes('atomicity')) await atomicity();
if (parts.includes('crash')) await crashes('crash: two nodes', openTwoNodes);
if (parts.includes('crash-embedded')) await crashes('crash: embedded database', openEmbedded);
process.stdout.write(report(all));
process.exit(all.some(({ failed }) => failed) ? 1 : 0);
