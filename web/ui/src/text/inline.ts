/** Markdown inside a line: tokens that know where in the source they stand. */

export type Inline =
  | { kind: "text" | "code"; text: string; at: number }
  | { kind: "strong" | "em"; children: Inline[] }
  | { kind: "link"; href: string; children: Inline[] }
  | { kind: "cite"; number: number }
  | { kind: "break" };

// How far a closing mark is looked for: keeps hostile text linear.
const FAR = 2000;
const DEEP = 6;
const MARKS = /[\\`*_[\]!<\n]/g;
const PUNCTUATION = /[!-/:-@[-`{-~]/;

/** Read `source[start:end]`; `[n]` is a citation when n is at most `nCitations`. */
export function parseInline(
  source: string,
  start = 0,
  end = source.length,
  nCitations = 0,
  depth = 0,
): Inline[] {
  const found: Inline[] = [];
  let plainFrom = start;
  let at = start;
  const flush = (to: number): void => {
    if (to > plainFrom) {
      found.push({ kind: "text", text: source.slice(plainFrom, to), at: plainFrom });
    }
  };
  while (at < end) {
    MARKS.lastIndex = at;
    const mark = MARKS.exec(source);
    if (!mark || mark.index >= end) break;
    at = mark.index;
    const read = readMark(source, at, end, nCitations, depth);
    if (!read) {
      at += 1;
      continue;
    }
    flush(at);
    found.push(...read.tokens);
    at = read.to;
    plainFrom = at;
  }
  flush(end);
  return found;
}

type Read = { tokens: Inline[]; to: number } | null;

function readMark(source: string, at: number, end: number, n: number, depth: number): Read {
  switch (source[at]) {
    case "\\":
      return readEscape(source, at, end);
    case "`":
      return readCode(source, at, end);
    case "*":
    case "_":
      return depth < DEEP ? readEmphasis(source, at, end, n, depth) : null;
    case "!":
      return source[at + 1] === "[" ? readLink(source, at + 1, end, n, depth, true) : null;
    case "[":
      return readCitation(source, at, end, n) ?? readLink(source, at, end, n, depth, false);
    case "<":
      return readAngle(source, at, end);
    case "\n":
      return /(?: {2}|\\)$/.test(source.slice(Math.max(0, at - 2), at))
        ? { tokens: [{ kind: "break" }], to: at + 1 }
        : null;
    default:
      return null;
  }
}

function readEscape(source: string, at: number, end: number): Read {
  const next = source[at + 1];
  if (at + 1 >= end || next === undefined || !PUNCTUATION.test(next)) return null;
  return { tokens: [{ kind: "text", text: next, at: at + 1 }], to: at + 2 };
}

function readCode(source: string, at: number, end: number): Read {
  let from = at;
  while (source[from] === "`") from += 1;
  const fence = source.slice(at, from);
  const close = source.indexOf(fence, from);
  if (close < 0 || close >= end || close - at > FAR || source[close + fence.length] === "`") {
    return { tokens: [{ kind: "text", text: fence, at }], to: from };
  }
  const text = source.slice(from, close);
  return { tokens: [{ kind: "code", text, at: from }], to: close + fence.length };
}

function readEmphasis(source: string, at: number, end: number, n: number, depth: number): Read {
  const sign = source[at]!;
  const run = /^[*_]+/.exec(source.slice(at, Math.min(end, at + FAR)))![0];
  if (run.length > 3) return { tokens: [{ kind: "text", text: run, at }], to: at + run.length };
  const mark = source[at + 1] === sign ? sign + sign : sign;
  const from = at + mark.length;
  if (/\s/.test(source[from] ?? " ")) return null;
  if (sign === "_" && /\w/.test(source[at - 1] ?? " ")) return null;
  const to = Math.min(end, at + FAR);
  let close = source.indexOf(mark, from);
  while (close >= 0 && close < to) {
    const isTight = !/\s/.test(source[close - 1]!) && close > from;
    const isWord = sign === "_" && /\w/.test(source[close + mark.length] ?? " ");
    const isLonger = mark.length === 1 && source[close + 1] === sign;
    if (isTight && !isWord && !isLonger) {
      const children = parseInline(source, from, close, n, depth + 1);
      const kind = mark.length === 2 ? "strong" : "em";
      return { tokens: [{ kind, children }], to: close + mark.length };
    }
    close = source.indexOf(mark, close + (isLonger ? 2 : 1));
  }
  return null;
}

function readCitation(source: string, at: number, end: number, n: number): Read {
  const found = /^\[(\d{1,2})\](?!\()/.exec(source.slice(at, Math.min(end, at + 6)));
  const number = Number(found?.[1]);
  if (!found || number < 1 || number > n) return null;
  return { tokens: [{ kind: "cite", number }], to: at + found[0].length };
}

function readLink(
  source: string,
  at: number,
  end: number,
  n: number,
  depth: number,
  isImage: boolean,
): Read {
  const close = closingBracket(source, at, Math.min(end, at + FAR));
  if (close < 0 || source[close + 1] !== "(" || depth >= DEEP) return null;
  const stop = closingBracket(source, close + 1, Math.min(end, close + FAR), "()");
  if (stop < 0) return null;
  const href = source.slice(close + 2, stop).trim().replace(/\s+["'].*$/, "");
  const children = parseInline(source, at + 1, close, isImage ? 0 : n, depth + 1);
  // A picture is told by its words alone: nothing is loaded from a text.
  if (isImage) return { tokens: children, to: stop + 1 };
  return { tokens: [{ kind: "link", href, children }], to: stop + 1 };
}

function closingBracket(source: string, at: number, end: number, pair = "[]"): number {
  let open = 0;
  for (let place = at; place < end; place += 1) {
    if (source[place] === "\\") place += 1;
    else if (source[place] === pair[0]) open += 1;
    else if (source[place] === pair[1] && (open -= 1) === 0) return place;
  }
  return -1;
}

function readAngle(source: string, at: number, end: number): Read {
  const near = source.slice(at, Math.min(end, at + FAR));
  const line = /^<br\s*\/?>/i.exec(near);
  if (line) return { tokens: [{ kind: "break" }], to: at + line[0].length };
  const link = /^<(https?:\/\/[^\s<>]+)>/.exec(near);
  if (!link) return null;
  const children: Inline[] = [{ kind: "text", text: link[1]!, at: at + 1 }];
  return { tokens: [{ kind: "link", href: link[1]!, children }], to: at + link[0].length };
}
