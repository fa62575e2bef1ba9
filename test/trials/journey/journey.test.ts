import { afterAll, beforeAll, test } from '@jest/globals';
import { describeWithBrowser } from '../../harness/browser/browser.js';
import { freePort } from '../../harness/nodes/test-server.js';
import { killAll } from '../../harness/nodes/postern-process.js';
import { journey } from './journey.js';
import { setStage, type Stage } from './stage.js';

let stage: Stage;
beforeAll(async () => {
  stage = await setStage(await freePort());
});
afterAll(async () => {
  await stage.close();
  await killAll();
});

describeWithBrowser('without a mail server, and with sign-up for everybody', (open) => {
  test('a stranger gets an account, uses it, and deletes it', async () => {
    await journey(stage, open, async () => undefined);
  }, 120_000);
});
