import type { AuthorizationDetail } from '../../registry/authorization-details/detail-check.js';

const MAX_BYTES = 8_192;
const MAX_DETAILS = 20;
const MAX_DEPTH = 10;

/** The parameter `authorization_details` with something wrong; the message says where. */
export class DetailsError extends Error {}

/** The details that a stored request asks for, which were checked when it came; none without the parameter. */
export function storedDetails(parameter: unknown): AuthorizationDetail[] {
  return typeof parameter === 'string' ? (JSON.parse(parameter) as AuthorizationDetail[]) : [];
}

/** Reads the parameter (RFC 9396 section 2). Throws DetailsError for what is no list of details, or larger than any is. */
export function readDetails(parameter: unknown): AuthorizationDetail[] {
  if (typeof parameter !== 'string' || Buffer.byteLength(parameter) > MAX_BYTES)
    throw new DetailsError(`authorization_details has more than ${String(MAX_BYTES)} bytes`);
  const details = parsed(parameter);
  if (!Array.isArray(details) || details.length === 0)
    throw new DetailsError('authorization_details must be a JSON array with at least one object');
  if (details.length > MAX_DETAILS)
    throw new DetailsError(`authorization_details has more than ${String(MAX_DETAILS)} entries`);
  return details.map((detail: unknown, index) => {
    const at = `authorization_details[${String(index)}]`;
    if (!isDetail(detail)) throw new DetailsError(`${at} must be an object whose type is text`);
    const problem = problemIn(detail, 1);
    if (problem !== undefined) throw new DetailsError(`${at} ${problem}`);
    return detail;
  });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new DetailsError('authorization_details is not JSON');
  }
}

function isDetail(value: unknown): value is AuthorizationDetail {
  return typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string';
}

/** What no schema tells, and what cannot be stored or shown. */
function problemIn(value: unknown, depth: number): string | undefined {
  if (typeof value === 'string') return isText(value) ? undefined : 'has characters that are not text';
  if (typeof value === 'number') return Number.isFinite(value) ? undefined : 'has a number that is too large';
  if (typeof value !== 'object' || value === null) return undefined;
  if (depth > MAX_DEPTH) return `nests deeper than ${String(MAX_DEPTH)} levels`;
  for (const [name, member] of Object.entries(value)) {
    if (name === '__proto__' || !isText(name)) return 'has a member whose name cannot be used';
    const problem = problemIn(member, depth + 1);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

function isText(value: string): boolean {
  return !/\0|\p{Surrogate}/u.test(value);
}
