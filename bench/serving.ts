import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Target } from './target.js';

/** `postern serve`, as it is run in production, and the credentials that its first start has shown. */
export interface Serving {
  target: Target;
  pid: number;
  stop(): Promise<void>;
}

/** Starts it with these settings; resolves when it listens. Throws with what it said when it ends instead. */
export async function serve(port: number, settings: Record<string, string>): Promise<Serving> {
  const issuer = `http://localhost:${String(port)}`;
  const main = fileURLToPath(new URL('../src/main.cjs', import.meta.url));
  const child = spawn(process.execPath, [main, 'serve'], {
    env: { ...process.env, ISSUER: issuer, PORT: String(port), ...settings },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let [stdout, stderr, listening] = ['', '', false];
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => {
    if (!listening) stderr += chunk.toString();
  });
  const ended = once(child, 'close');
  process.once('exit', () => child.kill('SIGKILL'));
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => process.exit(1));
  while (!stderr.includes('"listening"')) {
    await Promise.race([once(child.stderr, 'data'), ended]);
    if (child.exitCode !== null) throw new Error(`the server ended: ${stderr}`);
  }
  listening = true;
  const read = (pattern: RegExp) => pattern.exec(stdout)?.[1] ?? '';
  return {
    target: {
      name: 'postern',
      issuer,
      resource: `${issuer}/admin`,
      clientId: read(/Admin client +(\S+)/),
      clientSecret: read(/secret +(\S+)/),
      email: read(/Operator sign-in +(\S+)/),
      password: read(/password +(\S+)/),
    },
    pid: child.pid ?? 0,
    stop: async () => {
      child.kill('SIGTERM');
      await ended;
    },
  };
}
