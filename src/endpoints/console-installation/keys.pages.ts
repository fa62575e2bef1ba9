import type * as z from 'zod';
import type { keyPage } from '../../tenancy/installation/installation.schema.js';
import type { ConsolePage } from '../console/console-page.js';
import { CONSOLE } from '../console/console-paths.js';
import { typedProblem } from '../console/form-values.js';
import type { Visit } from '../console/visit.js';

const KEYS = `${CONSOLE}/keys`;

/** The signing keys, and their rotation. */
export const keysPages: readonly ConsolePage[] = [
  {
    method: 'get',
    path: KEYS,
    operation: 'listKeys',
    answer: (visit) =>
      visit.wantsCsv ? visit.sendCsv('listKeys', {}, 'keys') : showKeys(visit, visit.query.has('rotate')),
  },
  {
    method: 'post',
    path: `${KEYS}/rotate`,
    operation: 'rotateKeys',
    backTo: () => `${KEYS}?rotate`,
    answer: async (visit) => {
      const problem = typedProblem(await visit.form(), 'rotate');
      if (problem !== undefined) return showKeys(visit, true, problem);
      await visit.call('rotateKeys');
      visit.redirect(`${KEYS}?rotated`);
    },
  },
];

async function showKeys(visit: Visit, isRotating: boolean, problem?: string): Promise<void> {
  const { body } = await visit.call<z.infer<typeof keyPage>>('listKeys');
  const mayRotate = visit.canCall('rotateKeys');
  visit.show(
    'console/keys',
    { section: 'keys', crumbs: [{ label: 'Keys', href: KEYS }] },
    {
      keys: body.data.map(({ kid, alg, state, created_at, replaced_at }) => ({
        kid,
        alg,
        state,
        createdAt: new Date(created_at),
        replacedAt: replaced_at === null ? undefined : new Date(replaced_at),
      })),
      csvHref: `${KEYS}?format=csv`,
      jwksHref: '/oauth2/jwks',
      rotateHref: mayRotate && !isRotating ? `${KEYS}?rotate#confirm` : undefined,
      rotation: mayRotate && isRotating ? { action: `${KEYS}/rotate`, keepHref: KEYS, problem } : undefined,
      notice: visit.query.has('rotated')
        ? { kind: 'good', text: 'The next keys sign from now on. Other nodes follow within 15 seconds.' }
        : undefined,
      curl: visit.curl('rotateKeys'),
    },
    problem === undefined ? 200 : 422,
  );
}
