import { AsyncLocalStorage } from 'node:async_hooks';
import {
  type Attributes,
  type Context,
  ROOT_CONTEXT,
  type Span,
  type SpanKind,
  SpanStatusCode,
  trace,
  type Tracer,
} from '@opentelemetry/api';

/** What a span is begun with. */
export interface SpanStart {
  name: string;
  kind: SpanKind;
  attributes: Attributes;
}

/** Makes spans; the one that is current in an asynchronous context is the parent of those that are begun in it. */
export class Spans {
  readonly #scope = new AsyncLocalStorage<Context>();

  constructor(private readonly tracer: Tracer) {}

  /** The context with the current span; undefined outside of all. */
  get current(): Context | undefined {
    return this.#scope.getStore();
  }

  /** Begins a span without making it current. */
  begin({ name, kind, attributes }: SpanStart, parent: Context = this.current ?? ROOT_CONTEXT): Span {
    return this.tracer.startSpan(name, { kind, attributes }, parent);
  }

  /** Runs the work with the span as the current one. */
  within<T>(span: Span, parent: Context, work: () => T): T {
    return this.#scope.run(trace.setSpan(parent, span), work);
  }
}

/** Ends a span as failed. What an error says may quote what is secret: only its code or name is kept. */
export function endFailed(span: Span, error: unknown): void {
  const { code, name } = error as { code?: unknown; name?: unknown };
  const type = typeof code === 'string' ? code : typeof name === 'string' ? name : 'unknown';
  span.setAttribute('error.type', type).setStatus({ code: SpanStatusCode.ERROR }).end();
}
