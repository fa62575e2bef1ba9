/** A command of a document, and what the document says that it prints, with `…` for what is left out. */
export interface Example {
  command: string;
  output: string | undefined;
}

const BLOCK = /^```(\S*)[ \t]*(.*)\n([\s\S]*?)^```$/gm;

/** The blocks marked `sh run`, each with the text or JSON block that directly follows it. */
export function examplesOf(markdown: string): Example[] {
  const blocks = [...markdown.matchAll(BLOCK)].map((match) => ({
    language: match[1] ?? '',
    mark: (match[2] ?? '').trim(),
    text: match[3] ?? '',
    start: match.index,
    end: match.index + match[0].length,
  }));
  return blocks.flatMap((block, index) => {
    if (block.language !== 'sh' || block.mark !== 'run') return [];
    const next = blocks[index + 1];
    const follows =
      next && ['text', 'json'].includes(next.language) && markdown.slice(block.end, next.start).trim() === '';
    return [{ command: block.text, output: follows ? next.text : undefined }];
  });
}
