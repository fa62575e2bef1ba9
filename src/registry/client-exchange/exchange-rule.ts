import * as z from 'zod';
import { webUrlErrors } from '../client-rules/redirect-uri-rules.js';

/** The most rules that one client has. */
export const MAX_RULES = 20;
const MAX_SCOPES = 100;
const MAX_URI = 2048;

/** What the subject token of an exchange may be, besides one of an issuer. */
export const SUBJECTS = ['own', 'any'] as const;

/**
 * What a client may exchange tokens for (RFC 8693): an audience, scopes of it, and whose tokens. With `client_id` the
 * audience is another authorization server, where the client has this id, and the scopes are of that server.
 */
export const exchangeRule = z.strictObject(
  {
    audience: z
      .string('Send the audience of an API.')
      .min(1, 'Send the audience of an API.')
      .max(MAX_URI, `Use at most ${String(MAX_URI)} characters.`),
    scopes: z
      .array(
        z.string('Send the name of a scope.').min(1, 'Send the name of a scope.').max(128),
        'Send an array.',
      )
      .min(1, 'List at least one scope.')
      .max(MAX_SCOPES, `List at most ${String(MAX_SCOPES)} scopes.`),
    subject: z
      .string('Send own, any, or an issuer.')
      .max(MAX_URI, `Use at most ${String(MAX_URI)} characters.`)
      .refine(
        (value) =>
          isKindOfSubject(value) || webUrlErrors(value, { loopback: true, fragment: false }).length === 0,
        'Send own, any, or the URL of an issuer of trusted_issuers.',
      ),
    client_id: z
      .string('Send the client_id at the other server.')
      .min(1, 'Send the client_id at the other server, or leave this out.')
      .max(MAX_URI, `Use at most ${String(MAX_URI)} characters.`)
      .optional(),
  },
  'Send an object with audience, scopes and subject, and, for another authorization server, client_id.',
);

/** One rule of `token_exchange`. */
export type ExchangeRule = z.output<typeof exchangeRule>;

/** Whether the rule is about assertions for another authorization server, instead of access tokens of this one. */
export function isForOtherServer(rule: ExchangeRule): rule is ExchangeRule & { client_id: string } {
  return rule.client_id !== undefined;
}

/** Whether it is one of `SUBJECTS`; otherwise it is an issuer. */
export function isKindOfSubject(subject: string): subject is (typeof SUBJECTS)[number] {
  return SUBJECTS.some((kind) => kind === subject);
}

/** The audiences of the APIs here that the rules name. */
export function audiencesOfRules(rules: readonly ExchangeRule[]): string[] {
  return [...new Set(rules.filter((rule) => !isForOtherServer(rule)).map(({ audience }) => audience))];
}
