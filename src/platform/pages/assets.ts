import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { extname, join } from 'node:path';

/** A file for browsers. Its path has a hash of its content, so that it can be cached without limit. */
export interface Asset {
  path: string;
  type: string;
  content: string;
}

const TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
};

/** The stylesheets and islands, by the names of their files without the hash: `base.css`, `copy.js`. */
export class Assets {
  readonly #byFile: ReadonlyMap<string, Asset>;

  /** Reads every stylesheet and script of the folders. */
  constructor(folders: readonly string[]) {
    this.#byFile = new Map(
      folders.flatMap((folder) =>
        readdirSync(folder)
          .filter((file) => TYPES[extname(file)] !== undefined)
          .map((file): [string, Asset] => [file, read(folder, file)]),
      ),
    );
  }

  /** Throws when there is no such file. */
  pathOf(file: string): string {
    const asset = this.#byFile.get(file);
    if (!asset) throw new Error(`there is no stylesheet or island "${file}"`);
    return asset.path;
  }

  /**
   * The asset of a requested path, of whatever hash; undefined when no file has its name. While nodes of two versions run, a
   * page of the one may ask the other for its assets.
   */
  find(path: string): Asset | undefined {
    const [, name, extension] = /^\/assets\/([a-z-]+)\.[0-9a-f]{16}\.(css|js)$/.exec(path) ?? [];
    return this.#byFile.get(`${name ?? ''}.${extension ?? ''}`);
  }
}

function read(folder: string, file: string): Asset {
  const extension = extname(file);
  const content = readFileSync(join(folder, file), 'utf8');
  const hash = createHash('sha256').update(content).digest('hex').slice(0, 16);
  const path = `/assets/${file.slice(0, -extension.length)}.${hash}${extension}`;
  return { path, type: TYPES[extension] ?? '', content };
}
