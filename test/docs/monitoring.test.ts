import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { eventually } from '../harness/common/eventually.js';
import { Installation, readWelcome } from '../harness/nodes/installation.js';
import { type Scrape, scrape } from '../harness/nodes/metrics.js';
import { killAll } from '../harness/nodes/postern-process.js';
import { basic, postForm } from '../harness/protocol/wire.js';

const FOLDER = new URL('../../../docs/monitoring/', import.meta.url);
const read = (name: string) => readFile(fileURLToPath(new URL(name, FOLDER)), 'utf8');

interface Panel {
  id: number;
  title: string;
  gridPos: { h: number; w: number; x: number; y: number };
  targets?: { expr: string; legendFormat: string }[];
}

const dashboard = JSON.parse(await read('grafana-dashboard.json')) as { panels: Panel[] };
const alerts = await read('alerts.yaml');
const rules = [...alerts.matchAll(/^ {6}- alert: (\w+)\n {8}expr: '(.+)'\n {8}for: (\S+)\n/gm)].map(
  ([, name = '', expr = '']) => ({ name, expr: expr.replaceAll("''", "'"), legendFormat: '' }),
);
const plots = dashboard.panels.flatMap(({ title, targets = [] }) =>
  targets.map(({ expr, legendFormat }) => ({ name: title, expr, legendFormat })),
);
const readme = await read('README.md');

let home: Installation;
let answer: Scrape;

beforeAll(async () => {
  home = await Installation.create({ METRICS_PORT: '0', EXPIRY_INTERVAL: '1' });
  const server = await home.serve();
  const { clientId, clientSecret } = readWelcome(server.stdout);
  for (const secret of [clientSecret, 'wrong']) {
    const headers = basic({ id: '', client_id: clientId, client_secret: secret });
    await postForm(`${home.issuer}/oauth2/token`, { grant_type: 'client_credentials' }, headers);
  }
  await eventually(async () => {
    answer = await scrape(server);
    return ['runs_total', 'last_run_failed'].every((one) => answer.series(`postern_job_${one}`).length > 0);
  });
});
afterAll(async () => {
  await killAll();
  await home.remove();
});

/** The metrics in an expression. */
function namesIn(expr: string): string[] {
  return [...expr.replace(/"[^"]*"/g, '').matchAll(/\b(?:postern|process|nodejs)_[a-z0-9_]+/g)].map(
    ([name]) => name,
  );
}

/** What Prometheus adds to every series. */
const OF_TARGETS = ['instance', 'job'];

/** The labels that every series of the metric has. */
function labelsOf(metric: string): string[] {
  const [first] = answer.series(metric);
  return [...OF_TARGETS, ...Object.keys(first?.labels ?? {})];
}

/** The labels in a list such as `status=~"5..", area` . */
function labelsIn(list: string): string[] {
  return list
    .replace(/"[^"]*"/g, '')
    .split(',')
    .map((part) => part.replace(/[=!~].*$/, '').trim());
}

test('there are rules and plots to compare', () => {
  expect(rules.map(({ name }) => name)).toHaveLength(alerts.split('- alert:').length - 1);
  expect(rules.length).toBeGreaterThan(10);
  expect(plots.length).toBeGreaterThan(20);
});

describe.each([...rules, ...plots])('$name: $expr', ({ expr, legendFormat }) => {
  test('names metrics that a node serves', () => {
    const metrics = namesIn(expr);
    // Prometheus itself makes `up`.
    expect(metrics.length + Number(expr.startsWith('up{'))).toBeGreaterThan(0);
    const served = answer.names.flatMap((name) => [name, `${name}_bucket`]);
    expect(metrics.filter((name) => !served.includes(name))).toEqual([]);
  });

  test('names labels that these metrics have', () => {
    for (const [, metric = '', list = ''] of expr.matchAll(/([a-z_0-9]+)\{([^}]*)\}/g))
      expect(labelsOf(metric)).toEqual(expect.arrayContaining(labelsIn(list)));
    const grouped = [...expr.matchAll(/\bby \(([^)]*)\)/g)].map(([, list = '']) => labelsIn(list));
    for (const metric of namesIn(expr))
      expect(labelsOf(metric)).toEqual(expect.arrayContaining(grouped.flat()));
    const legend = [...legendFormat.matchAll(/\{\{(\w+)\}\}/g)].map(([, label = '']) => label);
    const left = grouped[0] ?? namesIn(expr).flatMap(labelsOf);
    expect(left).toEqual(expect.arrayContaining(legend));
  });

  test('has every bracket closed', () => {
    const open: string[] = [];
    const pairs: Record<string, string> = { ')': '(', '}': '{', ']': '[' };
    for (const character of expr.replace(/"[^"]*"/g, '')) {
      if ('({['.includes(character)) open.push(character);
      else if (character in pairs) expect(open.pop()).toBe(pairs[character]);
    }
    expect(open).toEqual([]);
    expect(expr.split('"').length % 2).toBe(1);
  });
});

test('what the page of the folder names is served', () => {
  const served = answer.names;
  const named = [...readme.matchAll(/`((?:postern|process|nodejs)_[a-z_]+)(…?)`/g)];
  expect(named.length).toBeGreaterThan(3);
  for (const [, name = '', more] of named)
    expect(served.some((metric) => (more ? metric.startsWith(name) : metric === name))).toBe(true);
});

test('every metric of ours has a plot', () => {
  const shown = new Set(plots.flatMap(({ expr }) => namesIn(expr)));
  const ours = answer.names.filter((name) => name.startsWith('postern_'));
  const unseen = ours.filter((name) => !shown.has(name) && !shown.has(`${name}_bucket`));
  // Only to compare the last run with.
  expect(unseen).toEqual(['postern_job_interval_seconds', 'postern_job_last_run_failed']);
});

test('plots do not overlap, and have one id each', () => {
  const ids = dashboard.panels.map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
  const cells = dashboard.panels.flatMap(({ gridPos: { h, w, x, y } }) =>
    Array.from(
      { length: h * w },
      (_, cell) => `${String(x + (cell % w))} ${String(y + Math.floor(cell / w))}`,
    ),
  );
  expect(new Set(cells).size).toBe(cells.length);
});
