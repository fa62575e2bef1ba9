import { Readable } from 'node:stream';

/** The part of a Koa context that a CSV response needs. */
interface CsvContext {
  status: number;
  type: string;
  body: unknown;
  res: { destroy(error?: Error): unknown };
  set(headers: Record<string, string>): void;
}

/**
 * Streams lines of CSV as a file to save, as fast as they are read. Errors after the first line end the connection, so that
 * an incomplete file is not taken for a complete one.
 */
export function sendCsv(ctx: CsvContext, name: string, lines: AsyncIterable<string>): void {
  const stream = Readable.from(lines);
  stream.on('error', (error) => ctx.res.destroy(error));
  ctx.status = 200;
  ctx.set({
    'Cache-Control': 'no-store',
    'Content-Disposition': `attachment; filename="${name}.csv"`,
    'X-Content-Type-Options': 'nosniff',
  });
  ctx.type = 'text/csv; charset=utf-8';
  ctx.body = stream;
}
