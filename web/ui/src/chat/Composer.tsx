/** Where questions are written. The box keeps the focus after sending. */

import type { RefObject } from "preact";
import { useLayoutEffect, useState } from "preact/hooks";
import { say } from "../messages";
import { useOwner } from "../session/session";
import { Icon } from "../shell/Icon";
import { keepDraft, keptDraft } from "./draft";

interface Props {
  box: RefObject<HTMLTextAreaElement | null>;
  isBusy: boolean;
  onSend: (text: string) => void;
  onStop: () => void;
}

const HIGHEST_PX = 200;

export function Composer({ box, isBusy, onSend, onStop }: Props) {
  const owner = useOwner();
  const [text, setOnlyText] = useState(() => keptDraft(owner));
  const setText = (typed: string): void => {
    setOnlyText(typed);
    keepDraft(owner, typed);
  };
  useLayoutEffect(() => {
    const element = box.current;
    if (!element) return;
    element.style.height = "auto";
    element.style.height = `${Math.min(HIGHEST_PX, element.scrollHeight)}px`;
  }, [text]);
  const send = (): void => {
    if (isBusy || text.trim() === "") return;
    onSend(text.trim());
    setText("");
    box.current?.focus();
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    send();
  };
  return (
    <form
      class="composer"
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      <label class="hidden-text" for="question">
        {say.composerLabel}
      </label>
      <textarea
        id="question"
        ref={box}
        rows={1}
        value={text}
        placeholder={say.composerHint}
        aria-describedby="composer-keys"
        onInput={(event) => setText(event.currentTarget.value)}
        onKeyDown={onKeyDown}
      />
      <span id="composer-keys" class="hidden-text">
        {say.enterSends}
      </span>
      {isBusy ? (
        <button type="button" class="send" aria-label={say.stop} title={say.stop} onClick={onStop}>
          <Icon name="stop" />
        </button>
      ) : (
        <button
          type="submit"
          class="send"
          aria-label={say.send}
          title={say.send}
          disabled={text.trim() === ""}
        >
          <Icon name="send" />
        </button>
      )}
    </form>
  );
}
