import { hostname, userInfo } from 'node:os';
import type { Actor } from '../../tenancy/audit/audit.service.js';

/** Who runs the command, for the audit trail: `cli:<user>@<host>`, of the operating system. */
export function commandLineActor(): Actor {
  return { subject: `cli:${userName()}@${hostname()}`, address: null, requestId: null };
}

/** A container may run as a user that has no name. */
function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return String(process.getuid?.() ?? 'unknown');
  }
}
