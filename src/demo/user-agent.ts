/** The answer at the end of a chain of redirects. */
export interface Page {
  url: string;
  status: number;
  headers: Headers;
  body: string;
}

/** One request and its response; `path` has no query, which may carry codes. */
export interface Exchange {
  method: string;
  path: string;
  status: number;
}

interface Cookie {
  name: string;
  value: string;
  path: string;
  host: string;
}

const MAX_REDIRECTS = 10;

/** A browser without JavaScript: keeps cookies, follows redirects, submits forms. */
export class UserAgent {
  readonly #cookies = new Map<string, Cookie>();

  constructor(private readonly onExchange: (exchange: Exchange) => void = () => undefined) {}

  /** Follows redirects to a page, or until one leads to a URL that starts with `stopAt`, which is not requested. */
  async open(url: string, init: RequestInit = {}, stopAt?: string): Promise<Page> {
    let next = url;
    let request = init;
    for (let hops = 0; hops <= MAX_REDIRECTS; hops++) {
      const page = await this.#request(next, request);
      const location = page.headers.get('location');
      if (page.status < 300 || page.status >= 400 || !location) return page;
      next = new URL(location, next).href;
      if (stopAt !== undefined && next.startsWith(stopAt)) return { ...page, url: next };
      request = {};
    }
    throw new Error(`more than ${String(MAX_REDIRECTS)} redirects from ${new URL(url).pathname}`);
  }

  /**
   * Submits the page's form whose action ends in `action` (by default its first form) with its hidden fields and checked
   * boxes, as changed by `fields`; null removes a field.
   */
  submit(
    page: Page,
    fields: Record<string, string | null>,
    options: { action?: string; stopAt?: string } = {},
  ): Promise<Page> {
    const form = formsOf(page.body).find(
      ({ action }) => options.action === undefined || action.endsWith(options.action),
    );
    if (!form)
      throw new Error(`there is no such form on ${new URL(page.url).pathname} (${String(page.status)})`);
    const body = new URLSearchParams(form.fields);
    for (const [name, value] of Object.entries(fields)) {
      body.delete(name);
      if (value !== null) body.set(name, value);
    }
    const url = new URL(form.action, page.url);
    const headers = { origin: url.origin };
    return this.open(url.href, { method: 'POST', body, headers }, options.stopAt);
  }

  async #request(url: string, init: RequestInit): Promise<Page> {
    // RFC 6265 section 8.5: cookies are not isolated by port.
    const { hostname: host, pathname } = new URL(url);
    const headers = new Headers(init.headers);
    // RFC 6265 section 5.4: cookies with longer paths come first; of two with one name servers read the first.
    const cookies = [...this.#cookies.values()]
      .filter((cookie) => cookie.host === host && pathname.startsWith(cookie.path))
      .sort((one, other) => other.path.length - one.path.length);
    if (cookies.length > 0)
      headers.set('cookie', cookies.map(({ name, value }) => `${name}=${value}`).join('; '));
    headers.set('accept', headers.get('accept') ?? 'text/html');
    const response = await fetch(url, { ...init, headers, redirect: 'manual' });
    for (const line of response.headers.getSetCookie()) this.#keep(host, pathname, line);
    this.onExchange({ method: init.method ?? 'GET', path: pathname, status: response.status });
    return { url, status: response.status, headers: response.headers, body: await response.text() };
  }

  #keep(host: string, pathname: string, line: string): void {
    const [pair = '', ...attributes] = line.split(';').map((part) => part.trim());
    const [name = '', value = ''] = splitOnce(pair);
    const given = new Map(attributes.map((attribute) => splitOnce(attribute.toLowerCase())));
    const path = attributes.map(splitOnce).find(([key]) => key.toLowerCase() === 'path')?.[1] ?? pathname;
    const key = `${host} ${path} ${name}`;
    const expires = given.get('expires');
    const expired =
      given.get('max-age') === '0' || (expires !== undefined && Date.parse(expires) < Date.now());
    if (expired) this.#cookies.delete(key);
    else this.#cookies.set(key, { name, value, path, host });
  }

  /** All cookies; tests read and change them. */
  cookies(): Cookie[] {
    return [...this.#cookies.values()];
  }
}

function splitOnce(text: string): [string, string] {
  const at = text.indexOf('=');
  return at === -1 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
}

interface Form {
  action: string;
  fields: [string, string][];
}

function formsOf(html: string): Form[] {
  return [...html.matchAll(/<form\b([^>]*)>([\s\S]*?)<\/form>/gi)].map(([, head = '', inside = '']) => ({
    action: unescape(attribute(head, 'action') ?? ''),
    fields: [...inside.matchAll(/<input\b([^>]*)>/gi)].flatMap(([, input = '']): [string, string][] => {
      const name = attribute(input, 'name');
      const type = attribute(input, 'type') ?? 'text';
      if (name === undefined || type === 'submit') return [];
      if (type === 'checkbox' && !/\schecked\b/.test(input)) return [];
      return [[name, unescape(attribute(input, 'value') ?? (type === 'checkbox' ? 'on' : ''))]];
    }),
  }));
}

function attribute(tag: string, name: string): string | undefined {
  return new RegExp(`\\s${name}="([^"]*)"`, 'i').exec(tag)?.[1];
}

function unescape(text: string): string {
  return text
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&amp;', '&');
}
