/** The keys of the page: `/`, `?` and Esc. */

import { useEffect, useRef, useState } from "preact/hooks";
import { recall, remember } from "./memory";

interface Handlers {
  focus: () => void;
  close: () => void;
  /** Other single keys; true when one was taken. */
  other?: (key: string) => boolean;
}

export function useKeys(handlers: Handlers) {
  const [isListShown, setListShown] = useState(false);
  const [areOn, setOn] = useState(() => recall("keys") !== "off");
  const current = useRef(handlers);
  current.current = handlers;
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent): void => {
      if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
      if (document.querySelector("dialog[open]")) return;
      if (event.key === "Escape") current.current.close();
      if (!areOn || isWriting(event.target)) return;
      if (event.key === "/") {
        event.preventDefault();
        current.current.focus();
      } else if (event.key === "?") {
        event.preventDefault();
        setListShown(true);
      } else if (current.current.other?.(event.key)) event.preventDefault();
    };
    window.addEventListener("keydown", onKeyDown);
    return () => window.removeEventListener("keydown", onKeyDown);
  }, [areOn]);
  return {
    isListShown,
    areOn,
    showList: () => setListShown(true),
    hideList: () => setListShown(false),
    setOn: (value: boolean) => {
      remember("keys", value ? "on" : "off");
      setOn(value);
    },
  };
}

/** `/` and `?` typed into an empty question box are text too, unlike elsewhere. */
function isWriting(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  return target.isContentEditable || ["INPUT", "TEXTAREA", "SELECT"].includes(target.tagName);
}
