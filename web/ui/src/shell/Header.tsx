/** The line at the top. */

import { useEffect, useState } from "preact/hooks";
import { say } from "../messages";
import { SignOut } from "../session/SignOut";
import { useMay } from "../session/session";
import { Icon, IconButton } from "./Icon";
import { chooseTheme, currentTheme, onThemeChange } from "./theme";

interface Props {
  isHistoryShown: boolean;
  onHistory: () => void;
  onHome: () => void;
  onKeys: () => void;
}

export function Header({ isHistoryShown, onHistory, onHome, onKeys }: Props) {
  const [theme, setTheme] = useState(currentTheme);
  useEffect(() => onThemeChange(() => setTheme(currentTheme())), []);
  const isDark = theme === "dark";
  const mayWork = useMay("tickets.read_all");
  const mayAskFigures = useMay("insights.ask");
  return (
    <header class="top">
      <IconButton
        icon="menu"
        label={isHistoryShown ? say.hideHistory : say.showHistory}
        isExpanded={isHistoryShown}
        onClick={onHistory}
      />
      <a
        class="name"
        href="/"
        onClick={(event) => {
          event.preventDefault();
          onHome();
        }}
      >
        {say.title}
      </a>
      <span class="grow" />
      {mayAskFigures && (
        <a class="icon-button" href="/insights" aria-label={say.insights} title={say.insights}>
          <Icon name="chart" />
        </a>
      )}
      {mayWork && (
        <a class="icon-button" href="/desk" aria-label={say.agentDesk} title={say.agentDesk}>
          <Icon name="desk" />
        </a>
      )}
      <a class="icon-button" href="/tickets" aria-label={say.yourTickets} title={say.yourTickets}>
        <Icon name="ticket" />
      </a>
      <IconButton icon="plus" label={say.newChat} onClick={onHome} />
      <IconButton
        icon={isDark ? "sun" : "moon"}
        label={isDark ? say.useLight : say.useDark}
        onClick={() => chooseTheme(isDark ? "light" : "dark")}
      />
      <IconButton icon="keyboard" label={say.keys} onClick={onKeys} class="wide-only" />
      <SignOut />
    </header>
  );
}
