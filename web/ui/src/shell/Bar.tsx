/** The line at the top of the pages besides the chat: where one is, and the ways elsewhere. */

import type { ComponentChildren } from "preact";
import { say } from "../messages";
import { AccountMenu } from "../session/AccountMenu";
import { IconButton } from "./Icon";
import { Places } from "./Places";
import { ThemeButton } from "./ThemeButton";

interface Props {
  title: string;
  children?: ComponentChildren;
  onKeys?: () => void;
}

export function Bar({ title, children, onKeys }: Props) {
  return (
    <header class="top">
      <a class="name" href="/">
        {say.title}
      </a>
      <h1>{title}</h1>
      <span class="grow" />
      {children}
      <Places class="wide-only" />
      <ThemeButton />
      {onKeys && <IconButton icon="keyboard" label={say.keys} onClick={onKeys} class="wide-only" />}
      <AccountMenu />
    </header>
  );
}
