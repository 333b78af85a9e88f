/** Markdown tokens as nodes. Text goes in as text: there is no HTML anywhere. */

import type { ComponentChildren } from "preact";
import { useMemo } from "preact/hooks";
import { useActions } from "../actions";
import { articlePath } from "../api/client";
import type { Citation } from "../api/types";
import { say } from "../messages";
import { type Inline, parseInline } from "./inline";
import { judgeLink } from "./links";
import { type MarkdownBlock, parseMarkdown, type Span } from "./markdown";

/** What stands around a text: its article, its citations, and the part to mark. */
export interface Surroundings {
  documentId: string | null;
  citations?: readonly Citation[];
  marked?: Span | null;
}

/** Text, cut where the marked part begins and ends. */
function Marked(props: { text: string; at: number; marked?: Span | null | undefined }) {
  const { text, at, marked } = props;
  if (!marked) return <>{text}</>;
  const from = Math.max(0, marked.start - at);
  const to = Math.min(text.length, marked.end - at);
  if (from >= to) return <>{text}</>;
  return (
    <>
      {text.slice(0, from)}
      <mark>{text.slice(from, to)}</mark>
      {text.slice(to)}
    </>
  );
}

export function CitationChip({ citation, number }: { citation: Citation; number: number }) {
  const { show } = useActions();
  return (
    <button
      type="button"
      class="cite"
      aria-label={say.source(number, citation.title)}
      title={citation.title}
      onClick={() => show({ kind: "article", documentId: citation.document_id, citation })}
    >
      {number}
    </button>
  );
}

function Link(props: { href: string; around: Surroundings; children: ComponentChildren }) {
  const { show } = useActions();
  const target = judgeLink(props.href, props.around.documentId);
  if (!target) return <span class="dead-link">{props.children}</span>;
  if (target.kind === "page") {
    return (
      <a href={target.url} target="_blank" rel="noopener noreferrer nofollow">
        {props.children}
      </a>
    );
  }
  const { documentId } = target;
  const open = (event: MouseEvent): void => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    show({ kind: "article", documentId, citation: null });
  };
  return (
    <a href={`/a/${articlePath(documentId)}`} onClick={open}>
      {props.children}
    </a>
  );
}

export function InlineText({ tokens, around }: { tokens: Inline[]; around: Surroundings }) {
  return (
    <>
      {tokens.map((token, place) => (
        <InlineToken key={place} token={token} around={around} />
      ))}
    </>
  );
}

function InlineToken({ token, around }: { token: Inline; around: Surroundings }) {
  switch (token.kind) {
    case "text":
      return <Marked text={token.text} at={token.at} marked={around.marked} />;
    case "code":
      return (
        <code>
          <Marked text={token.text} at={token.at} marked={around.marked} />
        </code>
      );
    case "strong":
      return (
        <strong>
          <InlineText tokens={token.children} around={around} />
        </strong>
      );
    case "em":
      return (
        <em>
          <InlineText tokens={token.children} around={around} />
        </em>
      );
    case "link":
      return (
        <Link href={token.href} around={around}>
          <InlineText tokens={token.children} around={around} />
        </Link>
      );
    case "cite": {
      const citation = around.citations?.[token.number - 1];
      return citation ? <CitationChip citation={citation} number={token.number} /> : null;
    }
    case "break":
      return <br />;
  }
}

interface BlocksProps {
  masked: string;
  blocks: MarkdownBlock[];
  around: Surroundings;
}

export function Blocks({ masked, blocks, around }: BlocksProps) {
  return (
    <>
      {blocks.map((block, place) => (
        <BlockNode key={place} masked={masked} block={block} around={around} />
      ))}
    </>
  );
}

type NodeProps = Omit<BlocksProps, "blocks"> & { block: MarkdownBlock };

function BlockNode({ masked, block, around }: NodeProps) {
  const inline = (span: Span) => (
    <InlineText
      tokens={parseInline(masked, span.start, span.end, around.citations?.length ?? 0)}
      around={around}
    />
  );
  switch (block.kind) {
    case "paragraph":
      return <p>{inline(block.span)}</p>;
    case "heading": {
      const Heading = `h${Math.min(6, block.level + 1)}` as "h2";
      return <Heading>{inline(block.span)}</Heading>;
    }
    case "code":
      return <CodeBlock text={block.text} span={block.span} marked={around.marked} />;
    case "quote":
      return (
        <Quote isNote={block.isNote}>
          <Blocks masked={masked} blocks={block.children} around={around} />
        </Quote>
      );
    case "rule":
      return <hr />;
    case "table":
      return (
        <div class="text-table" tabIndex={0} role="region" aria-label={say.figures}>
          <table>
            <thead>
              <tr>
                {block.header.map((cell, place) => (
                  <th key={place} scope="col">
                    {inline(cell)}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {block.rows.map((row, number) => (
                <tr key={number}>
                  {row.map((cell, place) => (
                    <td key={place}>{inline(cell)}</td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      );
    case "list": {
      const List = block.isOrdered ? "ol" : "ul";
      return (
        <List>
          {block.items.map((item, place) => (
            <li key={place} value={item.number ?? undefined}>
              <ItemChildren masked={masked} blocks={item.children} around={around} />
            </li>
          ))}
        </List>
      );
    }
  }
}

/** A list item's first paragraph stands beside its number, without a box of its own. */
function ItemChildren({ masked, blocks, around }: BlocksProps) {
  const [first, ...rest] = blocks;
  if (first?.kind !== "paragraph") {
    return <Blocks masked={masked} blocks={blocks} around={around} />;
  }
  const n = around.citations?.length ?? 0;
  return (
    <>
      <InlineText
        tokens={parseInline(masked, first.span.start, first.span.end, n)}
        around={around}
      />
      <Blocks masked={masked} blocks={rest} around={around} />
    </>
  );
}

export function CodeBlock(props: { text: string; span: Span; marked?: Span | null | undefined }) {
  const { marked, span } = props;
  const isMarked = marked && marked.start < span.end && marked.end > span.start;
  return (
    <pre tabIndex={0}>
      <code>{isMarked ? <mark>{props.text}</mark> : props.text}</code>
    </pre>
  );
}

export function Quote({ isNote, children }: { isNote: boolean; children: ComponentChildren }) {
  return (
    <blockquote class={isNote ? "note" : undefined}>
      {isNote && <p class="note-word">{say.note}</p>}
      {children}
    </blockquote>
  );
}

/** A whole text, or the part of it between two offsets. */
export function RichText(props: { text: string; span?: Span; around: Surroundings }) {
  const { text, span, around } = props;
  const parsed = useMemo(
    () => parseMarkdown(text, span?.start, span?.end),
    [text, span?.start, span?.end],
  );
  return <Blocks masked={parsed.masked} blocks={parsed.blocks} around={around} />;
}
