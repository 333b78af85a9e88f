/** The line at the top of the pages besides the chat. */

import { useEffect, useState } from "preact/hooks";
import type { ComponentChildren } from "preact";
import { say } from "../messages";
import { SignOut } from "../session/SignOut";
import { IconButton } from "./Icon";
import { chooseTheme, currentTheme, onThemeChange } from "./theme";

interface Props {
  title: string;
  children?: ComponentChildren;
  onKeys?: () => void;
}

export function Bar({ title, children, onKeys }: Props) {
  const [theme, setTheme] = useState(currentTheme);
  useEffect(() => onThemeChange(() => setTheme(currentTheme())), []);
  const isDark = theme === "dark";
  return (
    <header class="top">
      <a class="name" href="/">
        {say.title}
      </a>
      <h1>{title}</h1>
      <span class="grow" />
      {children}
      <IconButton
        icon={isDark ? "sun" : "moon"}
        label={isDark ? say.useLight : say.useDark}
        onClick={() => chooseTheme(isDark ? "light" : "dark")}
      />
      {onKeys && <IconButton icon="keyboard" label={say.keys} onClick={onKeys} class="wide-only" />}
      <SignOut />
    </header>
  );
}
