import { type Span, SpanKind } from '@opentelemetry/api';
import type { Database } from '../../platform/db/database.js';
import { endFailed, type Spans } from './spans.js';

const LONGEST_TEXT = 1_000;

/** A query as knex's events have it; the values are in `bindings`, which are not read. */
interface KnexQuery {
  __knexQueryUid: string;
  sql: string;
}

/**
 * A span for each statement of a request, with its text and never its values. The statement of a batch belongs to the
 * request that was the first in it. Statements outside of requests have none.
 */
export function traceStatements(spans: Spans, database: Database): void {
  database.observe(async ({ name, text }, run) => {
    const span = begin(spans, text, name);
    if (!span) return run();
    try {
      const result = await run();
      span.end();
      return result;
    } catch (error) {
      endFailed(span, error);
      throw error;
    }
  });

  const open = new Map<string, Span>();
  const close = ({ __knexQueryUid: id }: KnexQuery): Span | undefined => {
    const span = open.get(id);
    open.delete(id);
    return span;
  };
  database.sql
    .on('query', ({ __knexQueryUid: id, sql }: KnexQuery) => {
      const span = begin(spans, sql);
      if (span) open.set(id, span);
    })
    .on('query-response', (_response: unknown, query: KnexQuery) => close(query)?.end())
    .on('query-error', (error: unknown, query: KnexQuery) => {
      const span = close(query);
      if (span) endFailed(span, error);
    });
}

function begin(spans: Spans, text: string, name?: string): Span | undefined {
  if (!spans.current) return undefined;
  const words = text.replace(/\s+/g, ' ').replace(/^ |;? ?$/g, '');
  const operation = (/^[a-z]+/i.exec(words)?.[0] ?? 'statement').toUpperCase();
  const attributes = {
    'db.system.name': 'postgresql',
    'db.operation.name': operation,
    'db.query.text': words.slice(0, LONGEST_TEXT),
  };
  return spans.begin({ name: name ?? operation, kind: SpanKind.CLIENT, attributes });
}
