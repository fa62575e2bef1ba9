import { ForbiddenAddressError } from './public-lookup.js';

/** What the resolver says of a name that it does not know. */
const UNKNOWN_NAME: readonly string[] = ['ENOTFOUND', 'EAI_AGAIN'];

/**
 * Why a request to a URL of a client failed, for those who run that client. Which names an internal network has is not for
 * them: a name without an address and one whose address is not public read alike.
 */
export function failureReason(error: unknown): string {
  const innermost = causesOf(error).at(-1);
  const code = innermost && 'code' in innermost ? String(innermost.code) : undefined;
  if (innermost instanceof ForbiddenAddressError || UNKNOWN_NAME.includes(code ?? ''))
    return 'its host has no public address';
  return innermost?.message || code || 'its server cannot be reached';
}

/** The error and what caused it, the innermost cause last. */
export function causesOf(error: unknown): Error[] {
  const causes: Error[] = [];
  for (let next = error; next instanceof Error && !causes.includes(next); next = next.cause)
    causes.push(next);
  return causes;
}
