import { readFileSync } from 'node:fs';
import type { SnippetOnPage } from '../../platform/console-page-models/clients.js';
import { packageFile } from '../../platform/files/package-files.js';
import { shellWord } from '../../platform/text/shell-word.js';
import { CLIENT_KINDS } from './client-kinds.js';
import { type ClientWire, kindOf } from './client-wire.js';
import { usesSecret } from '../../registry/client-record/client-record.js';

const DOCUMENT = packageFile('docs/relying-parties.md');
const EXAMPLE_ISSUER = 'http://localhost:3000';
/** Redirect URIs of the document that are the application's own choice; others are the library's. */
const FREE_PATHS = ['/callback', '/'];
/** Values that end no string and start no command in any language of the document. Whoever registers a client chooses them. */
const HARMLESS = /^[\w.~:/?@+,=%-]+$/;

interface Section {
  notes: string[];
  redirectUri: string | undefined;
  blocks: { language: string; code: string }[];
}

let sections: ReadonlyMap<string, Section> | undefined;

/** The sections of the document by their headings, read once. */
function readSections(): ReadonlyMap<string, Section> {
  const parts = readFileSync(DOCUMENT, 'utf8').split(/^## /m).slice(1);
  return new Map(
    parts.map((part): [string, Section] => {
      const [heading = '', ...lines] = part.split('\n');
      return [heading.trim(), sectionOf(lines.join('\n'))];
    }),
  );
}

/** What stands before the first subsection, or in it where nothing stands before. */
function sectionOf(text: string): Section {
  const [before = '', first = ''] = text.split(/^### .*$/m);
  const used = before.includes('```') ? before : first;
  const all = [...used.matchAll(/^```(\w+)[^\n]*\n([\s\S]*?)^```$/gm)].map(
    ([, language = '', code = '']) => ({
      language,
      code: code.trimEnd(),
    }),
  );
  const isRegistration = ({ code }: { code: string }) => code.startsWith('npx . client create');
  const redirectUri = /--redirect-uri (\S+)/.exec(all.find(isRegistration)?.code ?? '')?.[1];
  const prose = used.replace(/^```[\s\S]*?^```$/gm, '').split(/\n\s*\n/);
  const notes = prose.map((paragraph) => plain(paragraph)).filter((paragraph) => paragraph !== '');
  return { notes, redirectUri, blocks: all.filter((block) => !isRegistration(block)) };
}

function plain(paragraph: string): string {
  return paragraph
    .replace(/\[([^\]]+)\]\([^)]*\)/g, '$1')
    .replaceAll('`', '')
    .replace(/\s+/g, ' ')
    .trim();
}

/** The lines for the libraries of this kind of client, with its own values. */
export function snippetsFor(client: ClientWire, issuer: string): SnippetOnPage[] {
  sections ??= readSections();
  const kind = CLIENT_KINDS.find(({ name }) => name === kindOf(client));
  return (kind?.libraries ?? []).flatMap((library, index) => {
    const section = sections?.get(library);
    return section ? [filledIn(section, { library, index, client, issuer })] : [];
  });
}

function filledIn(
  { notes, redirectUri: example, blocks }: Section,
  given: { library: string; index: number; client: ClientWire; issuer: string },
): SnippetOnPage {
  const { client, issuer, library, index } = given;
  const own = client.redirect_uris.find((uri) => HARMLESS.test(uri));
  const redirectUri = example === undefined || own === undefined ? undefined : redirectUriFor(example, own);
  const fill = (code: string): string => {
    const filled = code.replaceAll(EXAMPLE_ISSUER, issuer);
    if (example === undefined || redirectUri === undefined) return constants(filled, client, issuer);
    const [from, to] = [URL.parse(example), URL.parse(redirectUri)];
    const moved = filled.replaceAll(example, redirectUri);
    if (!from?.protocol.startsWith('http') || !to?.protocol.startsWith('http'))
      return constants(moved, client, issuer);
    const paths = from.pathname === '/' ? moved : moved.replaceAll(`'${from.pathname}'`, `'${to.pathname}'`);
    const ports = to.port === '' ? paths : paths.replaceAll(`(${from.port})`, `(${to.port})`);
    return constants(ports.replaceAll(from.origin, to.origin), client, issuer);
  };
  return {
    key: `library-${String(index + 1)}`,
    library,
    notes,
    redirectUri,
    isRegistered: redirectUri === undefined || client.redirect_uris.includes(redirectUri),
    blocks: blocks.map(({ language, code }) => ({ language, code: fill(code) })),
  };
}

/** The client's own redirect URI where the application chooses it, or the library's path at its origin. */
function redirectUriFor(example: string, own: string): string {
  const [from, to] = [URL.parse(example), URL.parse(own)];
  if (!from || !to || !from.protocol.startsWith('http') || FREE_PATHS.includes(from.pathname)) return own;
  return to.protocol.startsWith('http') ? to.origin + from.pathname : example;
}

/** Programs without an environment have the values in their lines. */
function constants(code: string, client: ClientWire, issuer: string): string {
  if (/process\.env|environ|Getenv|\$\{?[A-Z]/.test(code) || !HARMLESS.test(client.client_id)) return code;
  const quote = code.includes('"') ? '"' : "'";
  return code
    .replace(/(?<!["'\w])ISSUER\b/g, quote + issuer + quote)
    .replace(/(?<!["'\w])CLIENT_ID\b/g, quote + client.client_id + quote);
}

/** The lines of a shell that set what the programs read. */
export function environmentOf(client: ClientWire, issuer: string, secret: string | undefined): string {
  return [
    `export ISSUER=${issuer}`,
    `export CLIENT_ID=${shellWord(client.client_id)}`,
    ...(usesSecret(client.token_endpoint_auth_method) ? [`export CLIENT_SECRET=${secret ?? '…'}`] : []),
  ].join('\n');
}
