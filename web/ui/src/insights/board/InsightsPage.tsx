/** The managers' page: ask, look at the board, run saved questions. */

import { useCallback, useEffect, useMemo, useRef, useState } from "preact/hooks";
import { type Actions, ActionsContext, type PanelContent } from "../../actions";
import { articlePath } from "../../api/client";
import { Panel } from "../../panel/Panel";
import { useMay } from "../../session/session";
import { Bar } from "../../shell/Bar";
import { useMedia, useOnline } from "../../shell/hooks";
import { Icon } from "../../shell/Icon";
import { KeysDialog } from "../../shell/KeysDialog";
import { useKeys } from "../../shell/useKeys";
import { say } from "../../messages";
import "../../styles/board.css";
import { AskBox } from "./AskBox";
import { Board } from "./Board";
import { Card } from "./Card";
import { tell } from "./messages";
import { SavedList } from "./SavedList";
import { CardTool } from "./CardTool";
import { useBoard } from "./useBoard";

const NO_ROOM_FOR_PANEL = "(max-width: 1179px)";
const KEYS: readonly (readonly [string, string])[] = [
  ["/", tell.keys.ask],
  ["Enter", tell.keys.send],
  ["↑ ↓", tell.keys.choose],
  ["Esc", tell.keys.leave],
  ["?", tell.keys.list],
];

export function InsightsPage() {
  const mayAsk = useMay("insights.ask");
  useEffect(() => {
    document.title = tell.pageTitle;
  }, []);
  return mayAsk ? <Insights /> : <NotAllowed />;
}

function NotAllowed() {
  return (
    <div class="board">
      <Bar title={tell.insights} />
      <main>
        <div class="board-column" role="alert">
          <p>
            <Icon name="lock" /> {tell.notAllowed}
          </p>
          <p class="muted">{tell.notAllowedMore}</p>
          <p>
            <a href="/">{tell.chat}</a>
          </p>
        </div>
      </main>
    </div>
  );
}

function Insights() {
  const maySave = useMay("insights.save");
  const isOnline = useOnline();
  const isPanelOver = useMedia(NO_ROOM_FOR_PANEL);
  const box = useRef<HTMLInputElement>(null);
  const opener = useRef<Element | null>(null);
  const [panel, setPanel] = useState<PanelContent | null>(null);
  const [spoken, setSpoken] = useState("");
  const board = useBoard(setSpoken);
  useEffect(() => box.current?.focus({ preventScroll: true }), []);

  const ask = useCallback(
    (question: string): void => {
      board.ask(question);
      document.querySelector(".board main")?.scrollTo(0, 0);
    },
    [board.ask],
  );
  const closePanel = useCallback(() => {
    setPanel(null);
    const from = opener.current;
    if (from instanceof HTMLElement && from.isConnected) from.focus();
    else box.current?.focus();
  }, []);
  const actions = useMemo<Actions>(
    () => ({
      ask,
      announce: setSpoken,
      show: (content) => {
        if (content.kind === "article") {
          window.open(`/a/${articlePath(content.documentId)}`, "_blank", "noopener");
          return;
        }
        opener.current = document.activeElement;
        setPanel(content);
      },
    }),
    [ask],
  );
  const keys = useKeys({
    focus: () => box.current?.focus(),
    close: () => panel && closePanel(),
  });
  return (
    <ActionsContext.Provider value={actions}>
      <a class="skip" href="#insights-question">
        {tell.skip}
      </a>
      <div class="hidden-text" aria-live="polite" role="log">
        {spoken}
      </div>
      <div class={`board ${panel ? "with-panel" : ""}`}>
        <Bar title={tell.insights} onKeys={keys.showList} />
        <main inert={panel !== null && isPanelOver} tabIndex={-1}>
          <div class="board-column">
            {!isOnline && (
              <p class="state warning" role="status">
                <Icon name="warning" /> {say.offline}
              </p>
            )}
            <AskBox box={box} onAsk={ask} />
            {board.asked.length > 0 && (
              <section aria-labelledby="asked-title">
                <h2 id="asked-title">{tell.asked}</h2>
                <div class="cards">
                  {board.asked.map((card) => (
                    <Card
                      key={card.key}
                      card={card}
                      tools={(steps, chat) => (
                        <>
                          {maySave && chat.turns.at(-1)?.turn?.outcome === "answered" && (
                            <CardTool
                              icon="pin"
                              label={tell.pin}
                              onUse={() => board.pin(card, steps, chat)}
                            />
                          )}
                          <CardTool
                            icon="close"
                            label={tell.dismiss}
                            onUse={() => board.dismiss(card)}
                          />
                        </>
                      )}
                    />
                  ))}
                </div>
              </section>
            )}
            <Board board={board} maySave={maySave} onAsk={ask} />
            <SavedList onRun={ask} />
          </div>
        </main>
        {panel?.kind === "receipt" && (
          <Panel content={panel} title={panel.finding.chart.title} onClose={closePanel} />
        )}
      </div>
      {keys.isListShown && (
        <KeysDialog
          keys={KEYS}
          areOn={keys.areOn}
          onSwitch={keys.setOn}
          onClose={keys.hideList}
        />
      )}
    </ActionsContext.Provider>
  );
}
