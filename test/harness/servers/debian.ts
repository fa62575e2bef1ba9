import { execFile } from 'node:child_process';
import { access, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Command, ServerDirectory } from './workplace.js';

const run = promisify(execFile);
/** The release of Debian to take newer programs from, and the packages whose libraries they need. */
const NEWER = { suite: 'trixie', libraries: ['libc6', 'libcares2', 'libevent-2.1-7t64', 'libssl3t64'] };

/** The program of a Debian package, which is installed when it is missing and this user may. Throws when not. */
export async function debianProgram(path: string, name: string): Promise<Command> {
  if (await exists(path)) return [path];
  const privileged = process.getuid?.() === 0 ? ['env'] : ['sudo', '-n', 'env'];
  const [program = '', ...leading] = [...privileged, 'DEBIAN_FRONTEND=noninteractive', 'apt-get', '-qq'];
  try {
    await run(program, [...leading, 'update']);
    await run(program, [...leading, 'install', '-y', '--no-install-recommends', name]);
    await access(path);
  } catch (cause) {
    throw new Error(`${path} is missing and Debian's package ${name} could not be installed`, { cause });
  }
  return [path];
}

/**
 * PgBouncer that knows prepared statements (1.21 or newer): the installed one, else the one of a newer Debian, unpacked
 * into the workplace with its own libraries and not installed. Throws when there is none.
 */
export async function newPgBouncer(place: ServerDirectory): Promise<Command> {
  const installed = await debianProgram('/usr/sbin/pgbouncer', 'pgbouncer');
  if (knowsPreparedStatements(await versionOf(place, installed))) return installed;
  const root = await unpack(place, ['pgbouncer', ...NEWER.libraries]);
  const architecture = (await readdir(join(root, 'usr/lib'))).find((name) => name.endsWith('-linux-gnu'));
  const libraries = join(root, 'usr/lib', architecture ?? '');
  const loader = (await readdir(libraries)).find((name) => name.startsWith('ld-linux'));
  return [join(libraries, loader ?? ''), '--library-path', libraries, join(root, 'usr/sbin/pgbouncer')];
}

/** What a PgBouncer calls itself, such as `1.24.1`. */
export async function versionOf(place: ServerDirectory, command: Command): Promise<string> {
  return /\d+\.\d+\.\d+/.exec(await place.run(command, ['--version']))?.[0] ?? '';
}

function knowsPreparedStatements(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major > 1 || minor >= 21;
}

/** Downloads packages of the newer Debian from the mirror of this one, and returns where their files are. */
async function unpack(place: ServerDirectory, packages: readonly string[]): Promise<string> {
  const [apt, root] = [place.makeDirectory('apt'), place.makeDirectory('newer')];
  for (const name of ['apt/lists', 'apt/lists/partial', 'apt/archives', 'apt/archives/partial']) {
    place.makeDirectory(name);
  }
  const format = '$(REPO_URI) $(SIGNED_BY)';
  const targets = ['indextargets', '--format', format, 'Created-By: Packages', 'Label: Debian'];
  const [uri] = (await run('apt-get', targets)).stdout.split(/\s/);
  const keyring = '/usr/share/keyrings/debian-archive-keyring.gpg';
  await writeFile(join(apt, 'sources'), `deb [signed-by=${keyring}] ${uri ?? ''} ${NEWER.suite} main\n`);
  const options = [
    `Dir::Etc::sourcelist=${apt}/sources`,
    'Dir::Etc::sourceparts=/dev/null',
    'Dir::Etc::preferencesparts=/dev/null',
    `Dir::State::lists=${apt}/lists`,
    `Dir::Cache=${apt}`,
  ].flatMap((option) => ['-o', option]);
  await place.run(['apt-get', ...options], ['-qq', 'update']);
  for (const name of packages) await place.run(['apt-get', ...options], ['-qq', 'download', name]);
  for (const file of await readdir(place.directory)) {
    if (file.endsWith('.deb')) await place.run(['dpkg-deb'], ['-x', join(place.directory, file), root]);
  }
  return root;
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
