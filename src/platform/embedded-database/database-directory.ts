import * as fs from 'node:fs/promises';
import { join } from 'node:path';
import { SettingsError } from '../../settings/settings-error.js';
import { describeUser, makeDataDirectory } from '../files/data-directory.js';
import { shortHash } from './server-files.js';
import { accessProblem, type DatabaseDirectory, ownerOf, unprivilegedUser } from './server-user.js';

/**
 * Decides where the database is and as whom its server runs, and makes that directory.
 *
 * | This process | Database (`pgdata`)    | Directory                                        | Server's user    | |
 * ------------ | ---------------------- | ------------------------------------------------ | ---------------- | | not
 * root     | new, or this user's    | the requested one                                | this user        | | not root
 * | another user's         | SettingsError                                    |                  | | root         | in
 * the requested one   | the requested one                                | owner of pgdata  | | root         | in the
 * substitute      | the substitute                                   | owner of pgdata  | | root         | owned by root,
 * or its owner cannot enter the directory | SettingsError    |                  | | root         | new
 * | the requested one if an unprivileged user can enter it, else the substitute | `unprivilegedUser` |
 *
 * The substitute is /var/lib/postern-<hash of the path>: a project below /root, for example, can be entered by root only.
 * As root an empty requested directory gets mode 0755. Throws SettingsError when neither directory can be used.
 */
export async function chooseDirectory(
  requested: string,
  log: (message: string) => void,
): Promise<DatabaseDirectory> {
  if (process.platform === 'win32') {
    throw new SettingsError(['DATABASE_URL: must be set, because there is no embedded database for Windows']);
  }
  const isRoot = process.getuid?.() === 0;
  const directory = await makeDataDirectory(requested, isRoot ? 0o755 : 0o700);
  if (!isRoot) return forThisUser(directory);
  if ((await fs.readdir(directory)).length === 0) await fs.chmod(directory, 0o755);

  const substitute = substituteOf(directory);
  const chosen =
    (await existingForRoot(directory)) ??
    (await existingForRoot(substitute)) ??
    (await newForRoot(directory, substitute));
  if (chosen.root === substitute) {
    log(
      `${directory} cannot be entered by the user that PostgreSQL runs as: the database is in ${substitute}.`,
    );
  }
  return chosen;
}

/** Where the database of a directory is that no unprivileged user can enter. */
export function substituteOf(directory: string): string {
  return `/var/lib/postern-${shortHash(directory)}`;
}

async function forThisUser(root: string): Promise<DatabaseDirectory> {
  const owner = await ownerOf(join(root, 'pgdata'));
  if (owner && owner.uid !== process.getuid?.()) {
    throw new SettingsError([
      `DATA_DIR: the database in ${root} belongs to uid ${String(owner.uid)}, not to ${describeUser()}: run as its owner or as root`,
    ]);
  }
  return { root, user: undefined };
}

async function existingForRoot(root: string): Promise<DatabaseDirectory | undefined> {
  const owner = await ownerOf(join(root, 'pgdata'));
  if (!owner) return undefined;
  if (owner.uid === 0) {
    throw new SettingsError([
      `DATA_DIR: ${root}/pgdata belongs to root, as whom PostgreSQL refuses to run: give it to another user`,
    ]);
  }
  const problem = await accessProblem(root, owner);
  if (problem === undefined) return { root, user: owner };
  throw new SettingsError([
    `DATA_DIR: uid ${String(owner.uid)} owns the database in ${root} and cannot enter that directory: ${problem}`,
  ]);
}

async function newForRoot(directory: string, substitute: string): Promise<DatabaseDirectory> {
  const user = await unprivilegedUser();
  if ((await accessProblem(directory, user)) === undefined) return { root: directory, user };
  const failure = await fs
    .mkdir(substitute, { recursive: true })
    .then(() => fs.chmod(substitute, 0o755), String);
  const problem = failure ?? (await accessProblem(substitute, user));
  if (problem === undefined) return { root: substitute, user };
  throw new SettingsError([
    `DATABASE_URL: must be set, because PostgreSQL can run neither as root nor as uid ${String(user.uid)}: ${problem}`,
  ]);
}
