import { afterEach, expect, test } from '@jest/globals';
import { killAll } from '../../harness/nodes/postern-process.js';
import { createTestDatabase, type TestDatabase } from '../../harness/database/test-database.js';
import { redeemAtOnce } from '../../trials/torture/atomicity.js';
import { Outcomes } from '../../harness/traffic/outcomes.js';
import { REDEMPTIONS } from '../../harness/traffic/redemption.js';
import { startTwoNodes } from '../../harness/nodes/two-nodes.js';

const SIZE = { trials: 2, crowd: 30 };

let database: TestDatabase;
afterEach(async () => {
  await killAll();
  await database.drop();
});

test.each([10, 0])(
  'with a refresh grace of %d s, crowds over two processes redeem everything as the rules say',
  async (grace) => {
    database = await createTestDatabase();
    const { party } = await startTwoNodes(database.url, {
      ENCRYPTION_KEY: database.encryptionKey,
      REFRESH_GRACE: String(grace),
    });
    for (const redemption of REDEMPTIONS.filter((one) => one.grace === grace)) {
      const outcomes = new Outcomes(redemption.name);
      await redeemAtOnce(party, redemption, SIZE, outcomes);
      expect(outcomes.wrong).toEqual([]);
      expect(outcomes.hung).toBe(0);
      const successes = redemption.winners === 'all' ? SIZE.trials * SIZE.crowd : SIZE.trials;
      expect(outcomes.counted(redemption.winners === 'code' ? 'code' : '200')).toBe(successes);
    }
  },
  180_000,
);
