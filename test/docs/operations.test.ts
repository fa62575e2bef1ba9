import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from '@jest/globals';
import { jobSchedule } from '../../src/platform/jobs/job-schedule.js';
import { rateLimitSettings } from '../../src/settings/entries/rate-limits.settings.js';
import { readSettings } from '../../src/settings/settings.js';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const text = await readFile(join(ROOT, 'docs/operations.md'), 'utf8');

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

/** The indexes that a text makes with this statement. */
const indexesMade = (source: string, statement: string) =>
  [...source.matchAll(new RegExp(`${statement} ([^;'\`]+(?:= '\\w+')?)`, 'g'))].map(([, index = '']) =>
    index.replace(/\s+/g, ' ').trim(),
  );

test('the indexes to make before an upgrade are those that the migrations make unless they are there', async () => {
  const names = await readdir(join(ROOT, 'migrations'));
  const sources = await Promise.all(names.map((name) => readFile(join(ROOT, 'migrations', name), 'utf8')));
  const made = sources.flatMap((source) => indexesMade(source, 'CREATE INDEX IF NOT EXISTS'));
  expect(made.length).toBeGreaterThan(2);
  expect(indexesMade(text, 'CREATE INDEX CONCURRENTLY').sort()).toEqual(made.sort());
});
