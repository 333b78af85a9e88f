/**
 * Markdown blocks: paragraphs, headings, nested lists, code, quotes and notes, tables.
 *
 * Marks and indents are blanked out in a copy of the source that keeps its length, so that every
 * offset in the tokens is an offset in the source.
 */

export interface Span {
  start: number;
  end: number;
}

export type MarkdownBlock =
  | { kind: "paragraph"; span: Span }
  | { kind: "heading"; level: number; span: Span }
  | { kind: "code"; text: string; span: Span }
  | { kind: "quote"; isNote: boolean; children: MarkdownBlock[] }
  | { kind: "list"; isOrdered: boolean; items: ListItem[] }
  | { kind: "table"; header: Span[]; rows: Span[][]; span: Span }
  | { kind: "rule" };

export interface ListItem {
  number: number | null;
  children: MarkdownBlock[];
}

export interface Markdown {
  /** The source with marks blanked out: what the spans of the blocks are read from. */
  masked: string;
  blocks: MarkdownBlock[];
}

const MARKER = /^( *)([-*+]|\d{1,9}[.)])( +|$)/;
const FENCE = /^ {0,3}(`{3,}|~{3,})/;
const RULE = /^ {0,3}([-*_])(?: *\1){2,} *$/;
const HEADING = /^ {0,3}(#{1,6}) +/;
const QUOTE = /^ {0,3}> ?/;
const CALL_OUT = /^\s*\[!(?:note|tip|important|warning|caution)\]/i;
const DIVIDER = /^ *\|? *:?-+:? *(?:\| *:?-+:? *)*\|? *$/;
const DEEPEST = 8;

/** Read `source[start:end]`. */
export function parseMarkdown(source: string, start = 0, end = source.length): Markdown {
  const reader = new Reader(source.replace(/\t/g, " "));
  const blocks = reader.read(reader.lines(start, end), 0);
  return { masked: reader.text, blocks };
}

class Reader {
  constructor(public text: string) {}

  lines(start: number, end: number): Span[] {
    const lines: Span[] = [];
    let from = start;
    while (from <= end) {
      const stop = this.text.indexOf("\n", from);
      const to = stop < 0 || stop > end ? end : stop;
      lines.push({ start: from, end: to });
      from = to + 1;
    }
    return lines;
  }

  read(lines: Span[], depth: number): MarkdownBlock[] {
    const blocks: MarkdownBlock[] = [];
    let at = 0;
    while (at < lines.length) {
      const before = at;
      const line = this.line(lines[at]!);
      if (line.trim() === "") at += 1;
      else if (FENCE.test(line)) at = this.readFence(lines, at, blocks);
      else if (RULE.test(line)) {
        blocks.push({ kind: "rule" });
        at += 1;
      } else if (HEADING.test(line)) at = this.readHeading(lines, at, blocks);
      else if (QUOTE.test(line) && depth < DEEPEST) at = this.readQuote(lines, at, blocks, depth);
      else if (MARKER.test(line) && depth < DEEPEST) at = this.readList(lines, at, blocks, depth);
      else if (this.isTable(lines, at)) at = this.readTable(lines, at, blocks);
      if (at === before) at = this.readParagraph(lines, at, blocks);
    }
    return blocks;
  }

  private line(span: Span): string {
    return this.text.slice(span.start, span.end);
  }

  private mask(start: number, end: number): void {
    this.text = this.text.slice(0, start) + " ".repeat(end - start) + this.text.slice(end);
  }

  private readFence(lines: Span[], at: number, blocks: MarkdownBlock[]): number {
    const mark = FENCE.exec(this.line(lines[at]!))![1]!;
    let close = at + 1;
    while (close < lines.length && !this.line(lines[close]!).trim().startsWith(mark)) close += 1;
    const inside = lines.slice(at + 1, close).map((span) => this.line(span));
    const indent = Math.min(
      ...inside.filter((line) => line.trim() !== "").map((line) => line.search(/\S/)),
    );
    const text = inside.map((line) => line.slice(Number.isFinite(indent) ? indent : 0)).join("\n");
    const last = lines[Math.min(close, lines.length - 1)]!;
    blocks.push({ kind: "code", text, span: { start: lines[at]!.start, end: last.end } });
    return close + 1;
  }

  private readHeading(lines: Span[], at: number, blocks: MarkdownBlock[]): number {
    const span = lines[at]!;
    const mark = HEADING.exec(this.line(span))!;
    const start = span.start + mark[0].length;
    const end = start + this.text.slice(start, span.end).replace(/\s+#*\s*$/, "").length;
    blocks.push({ kind: "heading", level: mark[1]!.length, span: { start, end } });
    return at + 1;
  }

  private readQuote(lines: Span[], at: number, blocks: MarkdownBlock[], depth: number): number {
    const inside: Span[] = [];
    while (at < lines.length && QUOTE.test(this.line(lines[at]!))) {
      const { start, end } = lines[at]!;
      const width = QUOTE.exec(this.line(lines[at]!))![0].length;
      this.mask(start, start + width);
      inside.push({ start: start + width, end });
      at += 1;
    }
    const first = inside[0]!;
    const note = CALL_OUT.exec(this.line(first));
    if (note) {
      this.mask(first.start, first.start + note[0].length);
      first.start += note[0].length;
    }
    blocks.push({ kind: "quote", isNote: note !== null, children: this.read(inside, depth + 1) });
    return at;
  }

  private readList(lines: Span[], at: number, blocks: MarkdownBlock[], depth: number): number {
    const first = MARKER.exec(this.line(lines[at]!))!;
    const isOrdered = /\d/.test(first[2]!);
    const items: ListItem[] = [];
    while (at < lines.length) {
      const marker = MARKER.exec(this.line(lines[at]!));
      if (!marker || marker[1]!.length !== first[1]!.length) break;
      if (/\d/.test(marker[2]!) !== isOrdered || RULE.test(this.line(lines[at]!))) break;
      const inside = this.takeItem(lines, at, marker);
      at += inside.length;
      while (inside.length > 0 && this.line(inside.at(-1)!).trim() === "") inside.pop();
      const number = isOrdered ? Number.parseInt(marker[2]!, 10) : null;
      items.push({ number, children: this.read(inside, depth + 1) });
    }
    blocks.push({ kind: "list", isOrdered, items });
    return at;
  }

  /** Return the lines of one item, without its marker and indent. */
  private takeItem(lines: Span[], at: number, marker: RegExpExecArray): Span[] {
    const indent = marker[1]!.length;
    const width = marker[0].length;
    const head = lines[at]!;
    this.mask(head.start, head.start + width);
    const inside: Span[] = [{ start: head.start + width, end: head.end }];
    for (let next = at + 1; next < lines.length; next += 1) {
      const span = lines[next]!;
      const line = this.line(span);
      const isBlank = line.trim() === "";
      const depth = isBlank ? width : line.search(/\S/);
      const isLazy = depth <= indent && this.line(lines[next - 1]!).trim() !== "";
      const startsOther = MARKER.test(line) || FENCE.test(line) || HEADING.test(line);
      if (depth <= indent && (!isLazy || startsOther || QUOTE.test(line))) break;
      inside.push({ start: Math.min(span.end, span.start + Math.min(depth, width)), end: span.end });
    }
    return inside;
  }

  private isTable(lines: Span[], at: number): boolean {
    const next = lines[at + 1];
    return (
      next !== undefined && this.line(lines[at]!).includes("|") && DIVIDER.test(this.line(next))
    );
  }

  private readTable(lines: Span[], at: number, blocks: MarkdownBlock[]): number {
    const start = lines[at]!.start;
    const header = this.cells(lines[at]!);
    const rows: Span[][] = [];
    at += 2;
    while (at < lines.length && this.line(lines[at]!).includes("|")) {
      rows.push(this.cells(lines[at]!).slice(0, header.length));
      at += 1;
    }
    blocks.push({ kind: "table", header, rows, span: { start, end: lines[at - 1]!.end } });
    return at;
  }

  private cells(span: Span): Span[] {
    const cells: Span[] = [];
    let { start } = span;
    for (let at = start; at <= span.end; at += 1) {
      if (this.text[at] === "\\" && at < span.end) at += 1;
      else if (at === span.end || this.text[at] === "|") {
        const isEdge = (at === span.end || start === span.start) && this.isBlank(start, at);
        if (!isEdge) cells.push({ start, end: at });
        start = at + 1;
      }
    }
    return cells;
  }

  private isBlank(start: number, end: number): boolean {
    return this.text.slice(start, end).trim() === "";
  }

  private readParagraph(lines: Span[], at: number, blocks: MarkdownBlock[]): number {
    const from = at;
    at += 1;
    while (at < lines.length) {
      const line = this.line(lines[at]!);
      const ends = line.trim() === "" || FENCE.test(line) || HEADING.test(line) || QUOTE.test(line);
      if (ends || MARKER.test(line) || this.isTable(lines, at)) break;
      at += 1;
    }
    const span = { start: lines[from]!.start, end: lines[at - 1]!.end };
    blocks.push({ kind: "paragraph", span });
    return at;
  }
}
