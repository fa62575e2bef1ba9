import { afterEach, expect, test } from '@jest/globals';
import { crash } from '../../trials/crash/crash.js';
import { Outcomes } from '../../harness/traffic/outcomes.js';
import { SeededRandom } from '../../harness/common/seeded-random.js';
import { openEmbedded, type OpenScene, openTwoNodes } from '../../trials/crash/scenes.js';

let scene: OpenScene;
afterEach(() => scene.close());

const ROUNDS = 2;

test.each([
  ['two nodes and their PostgreSQL', openTwoNodes],
  ['a server and its embedded database', openEmbedded],
])(
  '%s are killed under load, and nothing that was acknowledged is lost',
  async (_, open) => {
    scene = await open(2);
    const outcomes = new Outcomes('crash');
    await crash(scene, ROUNDS, new SeededRandom(1), outcomes);
    expect({ losses: outcomes.losses, wrong: outcomes.wrong, hung: outcomes.hung }).toEqual({
      losses: [],
      wrong: [],
      hung: 0,
    });
    expect(outcomes.rounds).toBe(ROUNDS);
    expect(outcomes.counted('audits')).toBeGreaterThan(0);
    expect(outcomes.counted('broken off') + outcomes.counted('503')).toBeGreaterThan(0);
  },
  180_000,
);
