import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { expect, test } from '@jest/globals';
import { jobSchedule } from '../../src/platform/jobs/job-schedule.js';
import { rateLimitSettings } from '../../src/settings/entries/rate-limits.settings.js';
import { readSettings } from '../../src/settings/settings.js';

const OPERATIONS = fileURLToPath(new URL('../../../docs/operations.md', import.meta.url));
const text = await readFile(OPERATIONS, 'utf8');

/** The rows of the first table after this text, each as its cells. */
function tableAfter(start: string): string[][] {
  const [, rest = ''] = text.split(start);
  const [table = ''] = /(?:^\|.*\n)+/m.exec(rest) ?? [];
  const rows = table.split('\n').filter(Boolean).slice(2);
  return rows.map((row) =>
    row
      .slice(1, -1)
      .split('|')
      .map((cell) => cell.trim()),
  );
}

test('the table of periodic jobs has each of them by its name, and where it runs', () => {
  const { ofNodes, ofProcesses } = jobSchedule(readSettings({}));
  const jobs = Object.entries({ ...ofProcesses, ...ofNodes }).map(([name, { where }]) => [name, where]);
  const listed = tableAfter('Periodic jobs come back by themselves.').map(([name = '', , where = '']) => [
    name,
    where.startsWith('once') ? 'once' : 'everywhere',
  ]);
  expect(listed.sort()).toEqual(jobs.sort());
});

test('the table of limits has every setting that is one', () => {
  const named = tableAfter('## Limits\n').map(([, limit = '']) => /`(\w+)`/.exec(limit)?.[1]);
  expect(Object.keys(rateLimitSettings).filter((name) => !named.includes(name))).toEqual([]);
});
