/**
 * Makes a request that this process sends, by calling `send` with headers to add to it. Resolves and throws as that does.
 */
export type OutgoingObserver = (
  url: URL,
  method: string,
  send: (headers: Record<string, string>) => Promise<Response>,
) => Promise<Response>;

let observer: OutgoingObserver | undefined;

/** Has every later request of this process pass through the observer; undefined ends that. */
export function observeOutgoing(next: OutgoingObserver | undefined): void {
  observer = next;
}

/** Sends a request, through the observer where there is one. */
export function outgoing(
  url: URL,
  method: string,
  send: (headers: Record<string, string>) => Promise<Response>,
): Promise<Response> {
  return observer ? observer(url, method, send) : send({});
}

/** `fetch`, for URLs that an operator has set, or in development. */
export function plainFetch(url: string, options: RequestInit): Promise<Response> {
  return outgoing(new URL(url), options.method ?? 'GET', (added) => {
    const headers = new Headers(options.headers);
    for (const [name, value] of Object.entries(added)) headers.set(name, value);
    return fetch(url, { ...options, headers });
  });
}
