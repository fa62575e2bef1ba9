import { REDIRECT_URI, type Request, send } from './http.js';
import type { Person } from './products/product.js';

interface Cookie {
  port: string;
  path: string;
  name: string;
  value: string;
}

/** What the browser shows, or the URL at the client that it was sent to. */
export interface Page {
  url: string;
  status: number;
  body: string;
}

interface Form {
  action: string;
  fields: Record<string, string>;
}

const MAX_REDIRECTS = 15;
const MAX_FORMS = 4;

/** A browser without JavaScript: cookies by port and path, redirects, forms. */
export class Browser {
  readonly #cookies = new Map<string, Cookie>();

  /** Follows redirects until a page comes, or one leads to the client. */
  async open(url: string, request: Request = {}): Promise<Page> {
    let [next, with_] = [url, request];
    for (let hops = 0; hops < MAX_REDIRECTS; hops++) {
      const { status, headers, body } = await this.#send(next, with_);
      if (status < 300 || status >= 400) return { url: next, status, body };
      next = new URL(String(headers['location']), next).href;
      if (next.startsWith(REDIRECT_URI)) return { url: next, status, body };
      with_ = {};
    }
    throw new Error(`too many redirects at ${next}`);
  }

  /** Opens the URL and fills in the forms that come, until it is sent to the client. */
  async signIn(url: string, { username, password }: Person): Promise<Page> {
    let page = await this.open(url);
    for (let steps = 0; !page.url.startsWith(REDIRECT_URI); steps++) {
      const forms = formsOf(page.body);
      const form =
        forms.find(({ fields }) => 'password' in fields) ??
        forms.find(({ action }) => /consent|login/.test(action));
      if (steps > MAX_FORMS || !form)
        throw new Error(`stuck at ${page.url} (${String(page.status)}): ${page.body.slice(0, 300)}`);
      const fields = { ...form.fields };
      if ('password' in fields) {
        fields['password'] = password;
        fields['username' in fields ? 'username' : 'email'] = username;
      }
      const target = new URL(form.action, page.url);
      page = await this.open(target.href, { form: fields, headers: { origin: target.origin } });
    }
    return page;
  }

  async #send(url: string, request: Request) {
    const { port, pathname } = new URL(url);
    const cookie = [...this.#cookies.values()]
      .filter((one) => one.port === port && pathname.startsWith(one.path))
      .sort((one, other) => other.path.length - one.path.length)
      .map(({ name, value }) => `${name}=${value}`)
      .join('; ');
    const headers = { accept: 'text/html', ...request.headers, ...(cookie === '' ? {} : { cookie }) };
    const answer = await send(url, { ...request, headers });
    for (const line of [answer.headers['set-cookie'] ?? []].flat()) this.#keep(port, pathname, line);
    return answer;
  }

  #keep(port: string, pathname: string, line: string): void {
    const [pair = '', ...attributes] = line.split(';').map((part) => part.trim());
    const [name = '', ...rest] = pair.split('=');
    const value = rest.join('=');
    let path = pathname.slice(0, Math.max(1, pathname.lastIndexOf('/')));
    let isOver = value === '' || value === '""';
    for (const attribute of attributes) {
      const [key = '', given = ''] = attribute.split('=');
      if (/^path$/i.test(key)) path = given;
      if (/^max-age$/i.test(key) && Number(given) <= 0) isOver = true;
      if (/^expires$/i.test(key) && Date.parse(given) < Date.now()) isOver = true;
    }
    const id = `${port} ${path} ${name}`;
    if (isOver) this.#cookies.delete(id);
    else this.#cookies.set(id, { port, path, name, value });
  }
}

function formsOf(html: string): Form[] {
  return [...html.matchAll(/<form\b([^>]*)>([\s\S]*?)<\/form>/gi)].map(([, head = '', inside = '']) => {
    const fields: Record<string, string> = {};
    for (const [tag] of inside.matchAll(/<(?:input|button)\b[^>]*>/gi)) {
      const name = attribute(tag, 'name');
      const type = attribute(tag, 'type') ?? 'text';
      if (!name || (type === 'checkbox' && !/\schecked\b/.test(tag))) continue;
      if (type === 'submit' && Object.hasOwn(fields, name)) continue;
      fields[name] = attribute(tag, 'value') ?? '';
    }
    return { action: attribute(head, 'action') ?? '', fields };
  });
}

function attribute(tag: string, name: string): string | undefined {
  return new RegExp(`\\s${name}="([^"]*)"`, 'i')
    .exec(tag)?.[1]
    ?.replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&amp;', '&');
}
