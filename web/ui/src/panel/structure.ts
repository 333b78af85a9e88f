/** An article's flat blocks as a tree: steps in their lists, code in its step. */

import type { Block } from "../api/types";

export type ArticleNode =
  | { kind: "block"; block: Block }
  | { kind: "list"; isOrdered: boolean; items: ArticleItem[] };

export interface ArticleItem {
  block: Block;
  children: ArticleNode[];
}

type List = Extract<ArticleNode, { kind: "list" }>;

export function buildTree(blocks: readonly Block[]): ArticleNode[] {
  const roots: ArticleNode[] = [];
  let open: List[] = []; // the lists around the present place, outermost first
  const inside = (): ArticleNode[] => open.at(-1)?.items.at(-1)?.children ?? roots;
  for (const block of blocks) {
    if (block.kind !== "step" && block.kind !== "bullet") {
      open = open.slice(0, block.depth);
      inside().push({ kind: "block", block });
      continue;
    }
    const isOrdered = block.kind === "step";
    const level = Math.max(1, Math.min(block.level, open.length + 1));
    open = open.slice(0, level);
    if (open.length === level && open.at(-1)!.isOrdered !== isOrdered) open.pop();
    if (open.length < level) {
      const list: List = { kind: "list", isOrdered, items: [] };
      inside().push(list);
      open.push(list);
    }
    open.at(-1)!.items.push({ block, children: [] });
  }
  return roots;
}
