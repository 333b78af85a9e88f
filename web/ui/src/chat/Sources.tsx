/** Citations as numbered chips that open the panel. */

import { useActions } from "../actions";
import { noteOpened } from "../api/client";
import type { Citation } from "../api/types";
import { say } from "../messages";
import { Icon } from "../shell/Icon";
import { formatDate } from "../text/format";

interface Props {
  citations: readonly Citation[];
  title: string;
  /** The turn that shows them, once it is stored. */
  turnId: string | undefined;
}

export function Sources({ citations, title, turnId }: Props) {
  const { show } = useActions();
  const open = (citation: Citation) => {
    show({ kind: "article", documentId: citation.document_id, citation });
    if (turnId) noteOpened(turnId, citation.document_id);
  };
  if (citations.length === 0) return null;
  return (
    <section class="sources">
      <h3 class="over">{title}</h3>
      <ol>
        {citations.map((citation, place) => (
          <li key={`${citation.document_id}:${citation.start}`}>
            <button
              type="button"
              class="source"
              onClick={() => open(citation)}
            >
              <span class="cite-number">{place + 1}</span>
              <span class="source-title">{citation.title}</span>
              {citation.heading && <span class="muted">{citation.heading}</span>}
              {citation.updated_on && (
                <span class="muted">{say.updated(formatDate(citation.updated_on))}</span>
              )}
              {citation.status === "outdated" && (
                <span class="state warning">
                  <Icon name="warning" /> {say.outdated}
                </span>
              )}
            </button>
          </li>
        ))}
      </ol>
    </section>
  );
}
