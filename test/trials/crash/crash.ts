import { setTimeout as sleep } from 'node:timers/promises';
import { eventually } from '../../harness/common/eventually.js';
import { auditSince } from './audit.js';
import { Browser } from '../crash-actors/browser.actor.js';
import { Caller } from '../crash-actors/caller.actor.js';
import { Family } from '../crash-actors/family.actor.js';
import { Ledger } from './ledger.js';
import { type Actor, Load } from './load.js';
import { Machine } from '../crash-actors/machine.actor.js';
import type { NodeProcess } from '../../harness/nodes/node-process.js';
import { Operator } from '../crash-actors/operator.actor.js';
import type { Outcomes } from '../../harness/traffic/outcomes.js';
import type { Party } from '../../harness/traffic/party.js';
import type { SeededRandom } from '../../harness/common/seeded-random.js';
import type { Victim } from './victims.js';

/** An installation under load, and what of it can be killed. */
export interface CrashScene {
  party: Party;
  nodes: readonly NodeProcess[];
  /** In the order in which they are brought back. */
  victims: readonly Victim[];
}

/** Time under load before and after a crash, in milliseconds. */
const BEFORE = [100, 1_000] as const;
const DOWN = [0, 300] as const;
const AFTER = [100, 500] as const;
/** How often a second victim dies while the first one is down. */
const SECOND_VICTIM = 0.2;

/**
 * Kills one part of the installation a round, at a random moment under load, brings it back, and checks that everything
 * acknowledged still holds; at the end, everything of all rounds.
 */
export async function crash(
  scene: CrashScene,
  rounds: number,
  random: SeededRandom,
  outcomes: Outcomes,
): Promise<void> {
  const load = new Load(scene.party, new Ledger(scene.party.client), outcomes, random);
  const actors = await makeActors(load);
  for (let round = 1; round <= rounds; round++) {
    load.ledger.round = round;
    outcomes.rounds = round;
    const stop = load.start(actors);
    try {
      await sleep(random.between(...BEFORE));
      await killOne(scene, random, outcomes);
      await Promise.all(scene.nodes.map((node) => node.ready()));
      await sleep(random.between(...AFTER));
    } finally {
      await stop();
    }
    await auditSince(load, round);
  }
  await auditSince(load, 0);
  for (const node of scene.nodes) node.errors().forEach((line) => load.wrong(`logged: ${line}`));
}

async function killOne(scene: CrashScene, random: SeededRandom, outcomes: Outcomes): Promise<void> {
  const dead: Victim[] = [];
  const shoot = async (victim: Victim) => {
    if (dead.includes(victim) || !(await victim.kill(random))) return;
    outcomes.count(`killed ${victim.name}`);
    dead.push(victim);
  };
  await eventually(async () => {
    await shoot(random.pick(scene.victims));
    return dead.length > 0;
  });
  await sleep(random.between(...DOWN));
  if (random.chance(SECOND_VICTIM)) await shoot(random.pick(scene.victims));
  for (const victim of scene.victims) if (dead.includes(victim)) await victim.revive();
}

async function makeActors(load: Load): Promise<Actor[]> {
  const browsers = Array.from({ length: 6 }, () => new Browser(load));
  for (const browser of browsers) await browser.signIn();
  const { app, web } = load.relyingParties;
  const families = browsers
    .slice(2)
    .map((browser, index) => new Family(load, browser, index % 2 === 0 ? web : app));
  const machines = Array.from({ length: 4 }, () => new Machine(load));
  const others = [new Caller(load), new Caller(load), new Operator(load), new Operator(load)];
  return [...browsers.slice(0, 2), ...families, ...machines, ...others];
}
