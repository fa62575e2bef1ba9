import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { eventually } from '../common/eventually.js';
import { runPostern } from '../nodes/postern-process.js';
import { freePort, type TestServer } from '../nodes/test-server.js';

/** A library of docs/relying-parties.md: how its client is registered, and the lines to write. */
export interface DocumentedApp {
  title: string;
  registration: string;
  code: string;
}

/** The sections of the document that have a program with this mark, such as `app`, in the order of the document. */
export function documentedApps(markdown: string, mark: string): DocumentedApp[] {
  return markdown.split(/^#{2,3} /m).flatMap((section) => {
    const code = new RegExp(`^\`\`\`js ${mark}\n([\\s\\S]*?)^\`\`\`$`, 'm').exec(section)?.[1];
    if (code === undefined) return [];
    const registration = /^```sh\n([\s\S]*?)^```$/m.exec(section)?.[1] ?? '';
    return [{ title: section.slice(0, section.indexOf('\n')), registration, code }];
  });
}

/** A client as the document registers it, and the port that takes the place of the document's 4000. */
export interface RegisteredApp {
  port: number;
  origin: string;
  code: string;
  env: { ISSUER: string; CLIENT_ID: string; CLIENT_SECRET: string };
}

/** Registers the client with the command of the document, with nothing changed but the port. */
export async function register(server: TestServer, app: DocumentedApp): Promise<RegisteredApp> {
  const port = await freePort();
  const here = (text: string) => text.replaceAll('localhost:4000', `localhost:${String(port)}`);
  const words = [...here(app.registration).matchAll(/'([^']*)'|(\S+)/g)].map(
    ([, quoted, bare]) => quoted ?? bare ?? '',
  );
  const { url, encryptionKey } = server.database;
  const environment = { DATABASE_URL: url, ENCRYPTION_KEY: encryptionKey };
  const outcome = await runPostern([...words.slice(2), '--json'], environment);
  if (outcome.code !== 0) throw new Error(outcome.stderr);
  const client = outcome.json();
  return {
    port,
    origin: `http://localhost:${String(port)}`,
    code: here(app.code).replaceAll('listen(4000)', `listen(${String(port)})`),
    env: {
      ISSUER: server.issuer,
      CLIENT_ID: String(client['client_id']),
      CLIENT_SECRET: (client['client_secret'] as string | undefined) ?? '',
    },
  };
}

/**
 * Runs the program of the document in a process of its own, and ends it after `use`. Throws when `use` does, and when the
 * program printed an error or ended before.
 */
export async function whileRunning(app: RegisteredApp, use: () => Promise<void>): Promise<void> {
  // Inside the project, where the packages are found.
  const file = join(dirname(fileURLToPath(import.meta.url)), 'apps', `${String(app.port)}.mjs`);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, app.code);
  const { PATH } = process.env;
  const child = spawn(process.execPath, [file], { env: { PATH, ...app.env } });
  let printed = '';
  let errors = '';
  child.stdout.on('data', (chunk: Buffer) => (printed += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()));
  const ended = once(child, 'close');
  try {
    const listens = () =>
      fetch(app.origin).then(
        () => true,
        () => child.exitCode !== null,
      );
    await eventually(listens, 30_000);
    await use();
    if (child.exitCode !== null) throw new Error('The program has ended.');
  } catch (error) {
    throw new Error(`${String(error)}\nThe program printed:\n${printed}${errors}`, { cause: error });
  } finally {
    child.kill('SIGKILL');
    await ended;
    await rm(file, { force: true });
  }
  if (errors !== '') throw new Error(`The program printed errors:\n${errors}`);
}
