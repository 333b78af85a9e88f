/** The conversations at the left, newest first. */

import type { ConversationSummary } from "../api/types";
import { say } from "../messages";
import { dayGroup } from "../text/format";
import { Icon } from "./Icon";

interface Props {
  conversations: ConversationSummary[] | null;
  hasFailed: boolean;
  openId: string | null;
  onOpen: (id: string) => void;
  onNew: () => void;
}

export function History({ conversations, hasFailed, openId, onOpen, onNew }: Props) {
  const groups = new Map<string, ConversationSummary[]>();
  for (const item of conversations ?? []) {
    const name = dayGroup(item.started_at, new Date());
    groups.set(name, [...(groups.get(name) ?? []), item]);
  }
  return (
    <nav class="history" id="history" aria-label={say.history}>
      <button type="button" class="button new-chat" onClick={onNew}>
        <Icon name="plus" /> {say.newChat}
      </button>
      {hasFailed && <p class="muted">{say.historyFailed}</p>}
      {conversations?.length === 0 && <p class="muted">{say.historyEmpty}</p>}
      {[...groups].map(([name, items]) => (
        <section key={name}>
          <h2 class="over">{name}</h2>
          <ul>
            {items.map((item) => (
              <li key={item.conversation_id}>
                <a
                  href={`/c/${encodeURIComponent(item.conversation_id)}`}
                  aria-current={item.conversation_id === openId ? "page" : undefined}
                  onClick={(event) => {
                    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
                    event.preventDefault();
                    onOpen(item.conversation_id);
                  }}
                >
                  {item.title}
                </a>
              </li>
            ))}
          </ul>
        </section>
      ))}
    </nav>
  );
}
