import { execFile } from 'node:child_process';
import * as fs from 'node:fs/promises';
import { SettingsError } from '../../settings/settings-error.js';
import { ignore } from '../files/file-errors.js';

/** The whole environment of PostgreSQL's programs: the caller's PG* and LC_* variables would change what they do. */
export const ENVIRONMENT = { PATH: '/usr/local/bin:/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' };

/** As whom PostgreSQL's programs run. */
export interface ServerUser {
  readonly uid: number;
  readonly gid: number;
}

/** The directory of one embedded database: `pgdata`, log, lock and, where needed, socket and binaries. */
export interface DatabaseDirectory {
  readonly root: string;
  /** undefined: as this process. PostgreSQL refuses to run as root, so there this is an unprivileged user. */
  readonly user: ServerUser | undefined;
}

/** The owner of the path; undefined when it does not exist. */
export async function ownerOf(path: string): Promise<ServerUser | undefined> {
  const found = await fs.stat(path).catch(ignore('ENOENT'));
  return found && { uid: found.uid, gid: found.gid };
}

/** The user for a new database when this process is root's: nobody, else daemon, else the first that is not root. */
export async function unprivilegedUser(): Promise<ServerUser> {
  const users = new Map<string, ServerUser>();
  // initdb needs a name for its user, so the user must be in this file.
  for (const line of (await fs.readFile('/etc/passwd', 'utf8')).split('\n')) {
    const [name, , uid, gid] = line.split(':');
    if (name && Number(uid) > 0 && Number(gid) >= 0) users.set(name, { uid: Number(uid), gid: Number(gid) });
  }
  const user = users.get('nobody') ?? users.get('daemon') ?? users.values().next().value;
  if (!user) {
    throw new SettingsError([
      'DATABASE_URL: must be set, because PostgreSQL cannot run as root and /etc/passwd has no other user',
    ]);
  }
  return user;
}

/** Why that user cannot enter the directory; undefined when it can. */
export async function accessProblem(directory: string, user: ServerUser): Promise<string | undefined> {
  // A program that runs as that user also sees access lists, mounts and namespaces.
  const { failure } = await runProgram(user, '/bin/sh', '-c', 'cd -- "$1"', 'sh', directory);
  return failure;
}

/** What the program printed and, when it failed, why: its own words or the system's. */
export function runProgram(
  user: ServerUser | undefined,
  file: string,
  ...args: string[]
): Promise<{ output: string; failure: string | undefined }> {
  return new Promise((resolve) => {
    const options = { ...user, cwd: '/', env: ENVIRONMENT, timeout: 30_000 };
    try {
      execFile(file, args, options, (error, output, stderr) =>
        resolve({ output, failure: error ? stderr.trim() || error.message : undefined }),
      );
    } catch (error) {
      // Some failures, like not being allowed to change the user, are thrown at once.
      resolve({ output: '', failure: String(error) });
    }
  });
}
