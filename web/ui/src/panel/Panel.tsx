/** The panel at the right: what an answer stands on. */

import { useEffect, useRef } from "preact/hooks";
import type { PanelContent } from "../actions";
import { say } from "../messages";
import { IconButton } from "../shell/Icon";
import { ArticlePanel } from "./ArticlePanel";
import { ReceiptPanel } from "./ReceiptPanel";

interface Props {
  content: PanelContent;
  title: string;
  onClose: () => void;
}

export function Panel({ content, title, onClose }: Props) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus({ preventScroll: true }), [content]);
  return (
    <aside class="panel" aria-label={say.panel}>
      <header>
        <div>
          <p class="over">{content.kind === "article" ? say.article : say.receipt}</p>
          <h2 ref={heading} tabIndex={-1}>
            {title}
          </h2>
        </div>
        <IconButton icon="close" label={say.close} onClick={onClose} />
      </header>
      <div class="panel-body" tabIndex={0} role="region" aria-label={title}>
        {content.kind === "article" ? (
          <ArticlePanel documentId={content.documentId} citation={content.citation} />
        ) : (
          <ReceiptPanel finding={content.finding} />
        )}
      </div>
    </aside>
  );
}
