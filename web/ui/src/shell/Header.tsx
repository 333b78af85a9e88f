/** The line at the top of the chat. */

import { say } from "../messages";
import { AccountMenu } from "../session/AccountMenu";
import { IconButton } from "./Icon";
import { Places } from "./Places";
import { ThemeButton } from "./ThemeButton";

interface Props {
  isHistoryShown: boolean;
  onHistory: () => void;
  onHome: () => void;
  onKeys: () => void;
}

export function Header({ isHistoryShown, onHistory, onHome, onKeys }: Props) {
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
      <Places />
      <IconButton icon="plus" label={say.newChat} onClick={onHome} />
      <ThemeButton />
      <IconButton icon="keyboard" label={say.keys} onClick={onKeys} class="wide-only" />
      <AccountMenu />
    </header>
  );
}
