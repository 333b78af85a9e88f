import assert from "node:assert/strict";
import { test } from "node:test";
import { type Inline, parseInline } from "../src/text/inline";
import { judgeLink } from "../src/text/links";
import { type MarkdownBlock, parseMarkdown } from "../src/text/markdown";
import { offsetsOf } from "../src/text/offsets";

function words(tokens: Inline[]): string {
  return tokens
    .map((token) => ("children" in token ? words(token.children) : "text" in token ? token.text : ""))
    .join("");
}

function shape(blocks: MarkdownBlock[], masked: string): unknown[] {
  return blocks.map((block) => {
    if (block.kind === "list") {
      return [
        block.isOrdered ? "ol" : "ul",
        block.items.map((item) => [item.number, ...shape(item.children, masked)]),
      ];
    }
    if (block.kind === "quote") {
      return [block.isNote ? "note" : "quote", ...shape(block.children, masked)];
    }
    if (block.kind === "code") return ["code", block.text];
    if (block.kind === "rule") return "rule";
    if (block.kind === "table") return ["table", block.header.length, block.rows.length];
    const text = words(parseInline(masked, block.span.start, block.span.end));
    return block.kind === "heading" ? [`h${block.level}`, text] : text.replace(/\s+/g, " ").trim();
  });
}

function read(source: string): unknown[] {
  const { masked, blocks } = parseMarkdown(source);
  assert.equal(masked.length, source.length);
  return shape(blocks, masked);
}

test("inline marks are read, and every text knows its place", () => {
  const source = "a **bold *and* more** `co*de` _em_ snake_case_name 2 * 3 * 4 \\*no\\*";
  const tokens = parseInline(source);
  assert.deepEqual(
    tokens.map((token) => token.kind),
    ["text", "strong", "text", "code", "text", "em", "text", "text", "text", "text"],
  );
  assert.equal(words(tokens), "a bold and more co*de em snake_case_name 2 * 3 * 4 *no*");
  const check = (items: Inline[]): void => {
    for (const token of items) {
      if ("children" in token) check(token.children);
      else if ("text" in token) assert.equal(source.slice(token.at).startsWith(token.text), true);
    }
  };
  check(tokens);
});

test("links, citations, breaks and pictures", () => {
  const tokens = parseInline("[a (b)](x(1).md) [1] [3] ![pic](http://e.example/x.png)<br>z", 0, 99, 2);
  assert.deepEqual(
    tokens.map((token) => (token.kind === "link" ? token.href : token.kind)),
    ["x(1).md", "text", "cite", "text", "text", "break", "text"],
  );
  assert.equal(words(tokens), "a (b)  [3] picz");
});

test("text that looks like HTML stays text", () => {
  assert.equal(words(parseInline("<img src=x onerror=1> <script>")), "<img src=x onerror=1> <script>");
});

test("hostile lengths are read in linear time", () => {
  const started = process.cpuUsage().user;
  for (const piece of ["*", "**a", "[", "[a](", "`", "_a", "<", "![", "> ", "- ", "|-|\n"]) {
    parseInline(piece.repeat(20_000));
    read(piece.repeat(2_000));
  }
  const took_ms = (process.cpuUsage().user - started) / 1000;
  assert.ok(took_ms < 3000, `${took_ms} ms`);
});

test("lists nest, keep their numbers and hold code", () => {
  const source = "1. One\n2. Two\n   - a\n   - b\n     more\n4. Four\n\n   ```\n   x\n     y\n   ```\n\nEnd";
  assert.deepEqual(read(source), [
    [
      "ol",
      [
        [1, "One"],
        [2, "Two", ["ul", [[null, "a"], [null, "b more"]]]],
        [4, "Four", ["code", "x\n  y"]],
      ],
    ],
    "End",
  ]);
});

test("headings, quotes, notes, rules, tables and an open fence", () => {
  const source =
    "## Head ##\n> said\n> twice\n\n> [!NOTE]\n> Mind *this*\n\n---\n| a | b |\n|---|--:|\n| 1 | x \\| y |\n\n~~~\nopen";
  assert.deepEqual(read(source), [
    ["h2", "Head"],
    ["quote", "said twice"],
    ["note", "Mind this"],
    "rule",
    ["table", 2, 1],
    ["code", "open"],
  ]);
});

test("nothing gives nothing", () => {
  assert.deepEqual(read(""), []);
  assert.deepEqual(read("\n \n"), []);
});

test("only pages and articles are linked to", () => {
  const at = "articles/vpn/connect.md";
  assert.deepEqual(judgeLink("https://x.example/a", at), { kind: "page", url: "https://x.example/a" });
  assert.deepEqual(judgeLink("../mail/a%20b.md#part", at), {
    kind: "article",
    documentId: "articles/mail/a b.md",
  });
  assert.deepEqual(judgeLink("/a/articles/x.md", null), { kind: "article", documentId: "articles/x.md" });
  for (const bad of [
    "javascript:alert(1)",
    " JaVa\nScript:alert(1)",
    "data:text/html,x",
    "//evil.example/x.md",
    "\\\\evil.example",
    "vbscript:x",
    "#top",
    "",
    "/api/v1/tickets",
  ]) {
    assert.equal(judgeLink(bad, at), null, bad);
  }
});

test("offsets count characters, not halves of emoji", () => {
  const text = "a🛰b🛰c";
  const place = offsetsOf(text);
  const characters = [...text];
  for (let offset = 0; offset <= characters.length; offset += 1) {
    assert.equal(text.slice(0, place(offset)), characters.slice(0, offset).join(""));
  }
});
