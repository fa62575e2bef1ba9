import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { crash } from '../../trials/crash/crash.js';
import { Outcomes } from '../../harness/traffic/outcomes.js';
import { SeededRandom } from '../../harness/common/seeded-random.js';
import { openEmbedded, type OpenScene, openTwoNodes } from '../../trials/crash/scenes.js';

const ROUNDS = 2;
const PLACES = {
  'two nodes and their PostgreSQL': openTwoNodes,
  'a server and its embedded database': openEmbedded,
};

const open: OpenScene[] = [];
const results = new Map<string, Outcomes>();
// Both at the same time: they wait for what was killed most of their time.
beforeAll(
  () =>
    Promise.all(
      Object.entries(PLACES).map(async ([name, openScene]) => {
        const scene = await openScene(2);
        open.push(scene);
        const outcomes = new Outcomes('crash');
        await crash(scene, ROUNDS, new SeededRandom(1), outcomes);
        results.set(name, outcomes);
      }),
    ),
  180_000,
);
afterAll(async () => {
  for (const scene of open) await scene.close();
});

test.each(Object.keys(PLACES))(
  '%s are killed under load, and nothing that was acknowledged is lost',
  (name) => {
    const outcomes = results.get(name) ?? new Outcomes('not run');
    expect({ losses: outcomes.losses, wrong: outcomes.wrong, hung: outcomes.hung }).toEqual({
      losses: [],
      wrong: [],
      hung: 0,
    });
    expect(outcomes.rounds).toBe(ROUNDS);
    expect(outcomes.counted('audits')).toBeGreaterThan(0);
    expect(outcomes.counted('broken off') + outcomes.counted('503')).toBeGreaterThan(0);
  },
);
