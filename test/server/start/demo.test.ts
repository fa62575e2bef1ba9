import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Installation } from '../../harness/nodes/installation.js';
import { killAll, PosternProcess, runPostern } from '../../harness/nodes/postern-process.js';
import { freePort } from '../../harness/nodes/test-server.js';

let home: Installation;
beforeAll(async () => {
  home = await Installation.create();
});
afterAll(async () => {
  await killAll();
  await home.remove();
});

test('without a server the demo says what to do', async () => {
  await runPostern(['account', 'create', 'demo@people.example'], home.environment);
  const { code, stderr } = await runPostern(['demo', '--headless'], home.environment);
  expect(code).toBe(1);
  expect(stderr).toContain(`Nothing answers at ${home.issuer}. Start the server first: npm start`);
  expect(stderr).not.toMatch(/^\s+at /m);
});

test('against a server the headless demo does it all, twice, prints no secret and leaves no client', async () => {
  const server = await home.serve();
  for (const round of [1, 2]) {
    const { code, stdout, stderr } = await runPostern(['demo', '--headless'], home.environment);
    expect({ round, code, stderr: stderr.replace(/^oidc-provider WARNING.*\n/, '') }).toEqual({
      round,
      code: 0,
      stderr: '',
    });
    expect(stdout).toMatch(/Everything worked\.\n$/);
    for (const path of ['token', 'userinfo', 'introspect', 'revoke']) {
      expect(stdout).toMatch(new RegExp(`POST? +/oauth2/${path} → 200|GET +/oauth2/${path} → 200`));
    }
    expect(stdout).not.toMatch(/code=|pst_|eyJ/);
  }
  const { data } = (await runPostern(['client', 'list', '--json'], home.environment)).json() as {
    data: unknown[];
  };
  expect(data).toHaveLength(1);
  expect(server.child.exitCode).toBeNull();
});

test('in a browser the demo signs somebody in, and takes its client away when it ends', async () => {
  const port = String(await freePort());
  const demo = new PosternProcess(['demo', '--port', port], home.environment);
  await demo.says('Ctrl-C ends the demo');
  const page = await fetch(`http://localhost:${port}/`);
  expect(await page.text()).toContain('Sign in with Postern');
  const login = await fetch(`http://localhost:${port}/login`, { redirect: 'manual' });
  expect(login.headers.get('location')).toContain(`${home.issuer}/oauth2/authorize?`);
  expect(await demo.end('SIGINT')).toEqual({ code: 0, signal: null });
  const { data } = (await runPostern(['client', 'list', '--json'], home.environment)).json() as {
    data: unknown[];
  };
  expect(data).toHaveLength(1);
});
