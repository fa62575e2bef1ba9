import * as z from 'zod';
import { fetchedUrlErrors, webUrlErrors } from '../client-rules/redirect-uri-rules.js';

/** The most issuers that one client trusts. */
export const MAX_ISSUERS = 20;
const MAX_URI = 2048;
const MAX_SUBJECT = 512;
const MAX_SCOPES = 100;
const MAX_WILDCARDS = 3;

type Rules = (value: string, allow: { loopback: boolean; fragment: boolean }) => string[];
const url = (errors: Rules) =>
  z
    .string('Send a URL as text.')
    .max(MAX_URI, { error: `Use at most ${String(MAX_URI)} characters.`, abort: true })
    .superRefine((value, context) => {
      for (const error of errors(value, { loopback: true, fragment: false })) context.addIssue(error);
    });

/** An issuer whose JWTs stand for a client: workload identity, or an identity provider of its organization. */
export const trustedIssuer = z.strictObject(
  {
    issuer: url(webUrlErrors),
    jwks_uri: url(fetchedUrlErrors).optional(),
    audience: z.string('Send text.').min(1, 'Send text, or leave this out.').max(MAX_URI).optional(),
    subject: z
      .string('Send the subject of the JWTs.')
      .max(MAX_SUBJECT, `Use at most ${String(MAX_SUBJECT)} characters.`)
      .refine((value) => !/^\*|^$/.test(value), 'Begin with text: an issuer may have subjects of everybody.')
      .refine(
        (value) => value.split('*').length - 1 <= MAX_WILDCARDS,
        `Use * at most ${String(MAX_WILDCARDS)} times.`,
      ),
    scopes: z
      .array(z.string('Send the name of a scope.').min(1).max(128), 'Send an array.')
      .max(MAX_SCOPES, `List at most ${String(MAX_SCOPES)} scopes.`)
      .optional(),
  },
  'Send an object with issuer, subject and, where they differ from the defaults, jwks_uri, audience and scopes.',
);

/** One entry of `trusted_issuers`. */
export type TrustedIssuer = z.output<typeof trustedIssuer>;

/** Whether the subject is what the pattern says, in which `*` stands for any text. The time is linear in both. */
export function matchesSubject(pattern: string, subject: string): boolean {
  const [first = '', ...rest] = pattern.split('*');
  const last = rest.pop();
  if (last === undefined) return pattern === subject;
  if (!subject.startsWith(first)) return false;
  let at = first.length;
  for (const part of rest) {
    const found = subject.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return subject.length - last.length >= at && subject.endsWith(last);
}
