/** What is pinned, or what could be. */

import { ErrorCard } from "../../chat/ErrorCard";
import { Skeleton } from "../../shell/Skeleton";
import { Card } from "./Card";
import { CardTool } from "./CardTool";
import { tell } from "./messages";
import type { BoardControl } from "./useBoard";

interface Props {
  board: BoardControl;
  maySave: boolean;
  onAsk: (question: string) => void;
}

export function Board({ board, maySave, onAsk }: Props) {
  const { pinned, problem } = board;
  const last = (pinned?.length ?? 0) - 1;
  return (
    <section aria-labelledby="board-title">
      <h2 id="board-title" tabIndex={-1}>
        {tell.board}
      </h2>
      {problem && <ErrorCard problem={problem} onRetry={board.load} />}
      {!pinned && !problem && <Skeleton lines={6} label={tell.loadingBoard} />}
      {pinned?.length === 0 && <Empty board={board} onAsk={onAsk} />}
      {pinned && pinned.length > 0 && (
        <>
          <p class="muted">{tell.boardMore}</p>
          <div class="cards">
            {pinned.map((card, place) => (
              <Card
                key={card.key}
                card={card}
                tools={() =>
                  maySave && (
                    <>
                      {place > 0 && (
                        <CardTool
                          icon="back"
                          label={tell.earlier}
                          onUse={() => board.move(card, -1)}
                        />
                      )}
                      {place < last && (
                        <CardTool
                          icon="forward"
                          label={tell.later}
                          onUse={() => board.move(card, 1)}
                        />
                      )}
                      <CardTool
                        icon="close"
                        label={tell.unpin}
                        onUse={() => board.remove(card)}
                      />
                    </>
                  )
                }
              />
            ))}
          </div>
        </>
      )}
    </section>
  );
}

function Empty({ board, onAsk }: { board: BoardControl; onAsk: (question: string) => void }) {
  const { examples } = board;
  if (examples?.length === 0) {
    return (
      <>
        <p>{tell.noFigures}</p>
        <p class="muted">{tell.noFiguresMore}</p>
      </>
    );
  }
  return (
    <>
      <p>{tell.boardEmpty}</p>
      <p class="muted">{tell.boardEmptyMore}</p>
      <h3 class="over">{tell.try}</h3>
      <ul class="examples">
        {examples?.map((example) => (
          <li key={example}>
            <button type="button" onClick={() => onAsk(example)}>
              {example}
            </button>
          </li>
        ))}
      </ul>
    </>
  );
}
