/** An article, with the quoted passage marked and in view. */

import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { useActions } from "../actions";
import { problemOf, readArticle } from "../api/client";
import type { Article, Block, Citation, Problem } from "../api/types";
import { ErrorCard } from "../chat/ErrorCard";
import { say } from "../messages";
import { Icon } from "../shell/Icon";
import { Skeleton } from "../shell/Skeleton";
import { formatDate } from "../text/format";
import { InlineText, RichText, type Surroundings } from "../text/RichText";
import { parseInline } from "../text/inline";
import { offsetsOf } from "../text/offsets";
import { type ArticleNode, buildTree } from "./structure";

interface Props {
  documentId: string;
  citation: Citation | null;
}

export function ArticlePanel({ documentId, citation }: Props) {
  const [article, setArticle] = useState<Article | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [attempt, setAttempt] = useState(0);
  useEffect(() => {
    let isCurrent = true;
    setArticle(null);
    setProblem(null);
    readArticle(documentId).then(
      (found) => isCurrent && setArticle(found),
      (error: unknown) => isCurrent && setProblem(problemOf(error)),
    );
    return () => {
      isCurrent = false;
    };
  }, [documentId, attempt]);
  if (problem) return <ErrorCard problem={problem} onRetry={() => setAttempt(attempt + 1)} />;
  if (!article) return <Skeleton lines={8} />;
  return <ArticleText article={article} citation={citation} />;
}

function ArticleText({ article, citation }: { article: Article; citation: Citation | null }) {
  const { show } = useActions();
  const box = useRef<HTMLElement>(null);
  const view = useMemo(() => prepare(article), [article]);
  const start = citation?.start;
  const end = citation?.end;
  const marked = useMemo(
    () =>
      start === undefined || end === undefined
        ? null
        : { start: view.place(start), end: view.place(end) },
    [view, start, end],
  );
  useEffect(() => {
    box.current?.querySelector("mark")?.scrollIntoView({ block: "center" });
  }, [marked]);
  const around = { documentId: article.document_id, marked };
  return (
    <article ref={box} class="prose">
      <p class="about">{describe(article)}</p>
      {article.status === "outdated" && (
        <p class="state warning">
          <Icon name="warning" /> {say.outdatedNotice}{" "}
          {article.superseded_by && (
            <button
              type="button"
              class="link"
              onClick={() =>
                show({ kind: "article", documentId: article.superseded_by!, citation: null })
              }
            >
              {say.newer}
            </button>
          )}
        </p>
      )}
      {marked && <p class="hidden-text">{say.quoted}</p>}
      <Nodes nodes={view.nodes} text={article.text} around={around} />
    </article>
  );
}

function describe(article: Article): string {
  const parts = [
    article.updated_on && say.updated(formatDate(article.updated_on)),
    article.verified_by && say.verifiedBy(article.verified_by),
    article.applies_to.length > 0 && say.appliesTo(article.applies_to.join(", ")),
  ];
  const text = parts.filter(Boolean).join(" · ");
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** The tree of blocks, in offsets of this language; the title stands above already. */
function prepare(article: Article) {
  const place = offsetsOf(article.text);
  const blocks = article.blocks.map((block) => ({
    ...block,
    start: place(block.start),
    end: place(block.end),
  }));
  const first = blocks[0];
  const isTitle =
    first?.kind === "heading" &&
    article.text.slice(first.start, first.end).replace(/^#+\s*/, "").trim() === article.title;
  return { place, nodes: buildTree(isTitle ? blocks.slice(1) : blocks) };
}

interface NodesProps {
  nodes: ArticleNode[];
  text: string;
  around: Surroundings;
}

function Nodes({ nodes, text, around }: NodesProps) {
  return (
    <>
      {nodes.map((node, place) =>
        node.kind === "block" ? (
          <RichText key={place} text={text} span={wholeLines(text, node.block)} around={around} />
        ) : (
          <ArticleList key={place} list={node} text={text} around={around} />
        ),
      )}
    </>
  );
}

function ArticleList(props: {
  list: Extract<ArticleNode, { kind: "list" }>;
  text: string;
  around: Surroundings;
}) {
  const { list, text, around } = props;
  const List = list.isOrdered ? "ol" : "ul";
  return (
    <List>
      {list.items.map(({ block, children }) => (
        <li key={block.start} value={list.isOrdered ? Number.parseInt(block.number) : undefined}>
          <InlineText tokens={parseInline(text, afterMarker(text, block), block.end)} around={around} />
          <Nodes nodes={children} text={text} around={around} />
        </li>
      ))}
    </List>
  );
}

function afterMarker(text: string, block: Block): number {
  const marker = /^\s*(?:[-*+]|\d+[.)])\s+/.exec(text.slice(block.start, block.end));
  return block.start + (marker?.[0].length ?? 0);
}

/** A block begins behind its line's indent; code needs the indent to lose it everywhere. */
function wholeLines(text: string, block: Block): { start: number; end: number } {
  if (block.kind !== "code" || /^[`~]/.test(text.slice(block.start))) return block;
  return { start: text.lastIndexOf("\n", block.start) + 1, end: block.end };
}
