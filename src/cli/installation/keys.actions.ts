import { toSnake } from '../../platform/wire/snake-case.js';
import { commandLineActor } from '../context/actor.js';
import { print } from '../output.js';
import { table } from '../table.js';
import { withTenancyContext } from '../context/with-tenancy-context.js';
import type { JsonOption } from '../output.js';

/** `postern keys list` */
export async function listKeys({ json }: JsonOption): Promise<void> {
  const keys = await withTenancyContext((context) => context.keys.list());
  const rows = keys.map(({ kid, alg, state, createdAt }) => [kid, alg, state, createdAt.toISOString()]);
  const data = keys.map((key) => toSnake(key));
  print({ data }, json, table([['KID', 'ALG', 'STATE', 'CREATED'], ...rows]));
}

/** `postern keys rotate` */
export async function rotateKeys({ json }: JsonOption): Promise<void> {
  const keys = await withTenancyContext(({ installation }) => installation.rotateKeys(commandLineActor()));
  print({ data: keys.map((key) => toSnake(key)) }, json, 'Rotated.');
}
