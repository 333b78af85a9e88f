/** The page: history, conversation, panel. */

import { useCallback, useEffect, useMemo, useRef, useState } from "preact/hooks";
import { type Actions, ActionsContext, type PanelContent } from "../actions";
import { listConversations } from "../api/client";
import type { ConversationSummary } from "../api/types";
import { Composer } from "../chat/Composer";
import { Turns } from "../chat/Turns";
import { useChat } from "../chat/useChat";
import { say } from "../messages";
import { Panel } from "../panel/Panel";
import { readAddress } from "./address";
import { Header } from "./Header";
import { History } from "./History";
import { useMedia, useOnline } from "./hooks";
import { Icon } from "./Icon";
import { KeysDialog } from "./KeysDialog";
import { recall, remember } from "./memory";
import { useKeys } from "./useKeys";

const NARROW = "(max-width: 767px)";
const NO_ROOM_FOR_PANEL = "(max-width: 1179px)";

export function Page() {
  const box = useRef<HTMLTextAreaElement>(null);
  const opener = useRef<Element | null>(null);
  const isNarrow = useMedia(NARROW);
  const isPanelOver = useMedia(NO_ROOM_FOR_PANEL);
  const isOnline = useOnline();
  const [hasHistory, setHistory] = useState(() => recall("history") !== "hidden");
  const [isDrawerOpen, setDrawer] = useState(false);
  const [panel, setPanel] = useState<PanelContent | null>(null);
  const [spoken, setSpoken] = useState("");
  const history = useHistoryList();
  const { reload } = history;
  const onAnswered = useCallback(
    (id: string) => {
      if (location.pathname !== `/c/${id}`) window.history.pushState(null, "", `/c/${id}`);
      reload();
    },
    [reload],
  );
  const control = useChat({ announce: setSpoken, onAnswered });
  const { ask, open, startNew } = control;

  const show = useCallback((content: PanelContent) => {
    const from = document.activeElement;
    if (!from?.closest(".panel")) opener.current = from;
    setPanel(content);
  }, []);
  const closePanel = useCallback(() => {
    setPanel(null);
    const from = opener.current;
    if (from instanceof HTMLElement && from.isConnected) from.focus();
    else box.current?.focus();
  }, []);
  const actions = useMemo<Actions>(() => ({ ask, show, announce: setSpoken }), [ask, show]);

  const goTo = useCallback(() => {
    const address = readAddress(location.pathname);
    if (address.kind === "conversation") open(address.id);
    else startNew();
    if (address.kind === "article") {
      setPanel({ kind: "article", documentId: address.id, citation: null });
    } else setPanel(null);
  }, [open, startNew]);
  useEffect(() => {
    goTo();
    box.current?.focus({ preventScroll: true });
    window.addEventListener("popstate", goTo);
    return () => window.removeEventListener("popstate", goTo);
  }, [goTo]);
  const visit = (path: string): void => {
    if (location.pathname !== path) window.history.pushState(null, "", path);
    setDrawer(false);
    goTo();
    box.current?.focus();
  };

  const isHistoryShown = isNarrow ? isDrawerOpen : hasHistory;
  const toggleHistory = (): void => {
    if (isNarrow) return setDrawer(!isDrawerOpen);
    remember("history", hasHistory ? "hidden" : "shown");
    setHistory(!hasHistory);
  };
  const keys = useKeys({
    focus: () => box.current?.focus(),
    close: () => {
      if (panel) closePanel();
      else if (isNarrow) setDrawer(false);
    },
  });

  const isCovered = (panel !== null && isPanelOver) || (isNarrow && isDrawerOpen);
  return (
    <ActionsContext.Provider value={actions}>
      <a class="skip" href="#question">
        {say.skip}
      </a>
      <div class="hidden-text" aria-live="polite" role="log">
        {spoken}
      </div>
      <div class={`shell ${isHistoryShown ? "with-history" : ""} ${panel ? "with-panel" : ""}`}>
        <Header
          isHistoryShown={isHistoryShown}
          onHistory={toggleHistory}
          onHome={() => visit("/")}
          onKeys={keys.showList}
        />
        {isHistoryShown && (
          <History
            conversations={history.conversations}
            hasFailed={history.hasFailed}
            openId={control.chat.conversationId}
            onOpen={(id) => visit(`/c/${id}`)}
            onNew={() => visit("/")}
          />
        )}
        <main inert={isCovered}>
          {!isOnline && (
            <p class="state warning offline" role="status">
              <Icon name="warning" /> {say.offline}
            </p>
          )}
          <Turns
            chat={control.chat}
            isLoading={control.isLoading}
            problem={control.loadProblem}
            onRetry={goTo}
          />
          <Composer box={box} isBusy={control.isBusy} onSend={ask} onStop={control.stop} />
        </main>
        {panel && <Panel content={panel} title={titleOf(panel)} onClose={closePanel} />}
      </div>
      {keys.isListShown && (
        <KeysDialog areOn={keys.areOn} onSwitch={keys.setOn} onClose={keys.hideList} />
      )}
    </ActionsContext.Provider>
  );
}

function titleOf(content: PanelContent): string {
  if (content.kind === "receipt") return content.finding.chart.title;
  if (content.citation) return content.citation.title;
  const name = content.documentId.split("/").at(-1) ?? "";
  return name.replace(/\.\w+$/, "").replaceAll("-", " ");
}

function useHistoryList() {
  const [conversations, setConversations] = useState<ConversationSummary[] | null>(null);
  const [hasFailed, setFailed] = useState(false);
  const reload = useCallback(() => {
    listConversations().then(
      (found) => {
        setConversations(found);
        setFailed(false);
      },
      () => setFailed(true),
    );
  }, []);
  useEffect(reload, [reload]);
  return { conversations, hasFailed, reload };
}
