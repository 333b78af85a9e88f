/** Where figures are asked for, with whole questions that begin like what is typed. */

import type { RefObject } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { Icon } from "../../shell/Icon";
import { complete } from "./api";
import { tell } from "./messages";

const PAUSE_MS = 120;

interface Props {
  box: RefObject<HTMLInputElement | null>;
  onAsk: (question: string) => void;
}

export function AskBox({ box, onAsk }: Props) {
  const [text, setText] = useState("");
  const [found, setFound] = useState<string[]>([]);
  const [active, setActive] = useState(-1);
  const typed = useRef("");
  useEffect(() => {
    const wanted = text.trim();
    if (wanted === "" || wanted !== typed.current.trim()) return setFound([]);
    const timer = setTimeout(() => {
      complete(wanted).then(
        (questions) => {
          if (typed.current.trim() !== wanted) return;
          setFound(questions.filter((item) => item !== wanted));
          setActive(-1);
        },
        () => setFound([]), // asking itself says what is wrong
      );
    }, PAUSE_MS);
    return () => clearTimeout(timer);
  }, [text]);
  const close = (): void => {
    typed.current = "";
    setFound([]);
    setActive(-1);
  };
  const send = (question: string): void => {
    if (question.trim() === "") return;
    close();
    setText("");
    onAsk(question.trim());
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.isComposing || found.length === 0) return;
    if (event.key === "Escape") {
      event.preventDefault();
      close();
    } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      const n = found.length + 1; // one place is the text itself
      const step = event.key === "ArrowDown" ? 1 : -1;
      setActive(((active + 1 + step + n) % n) - 1);
    }
  };
  const isOpen = found.length > 0;
  return (
    <form
      class="ask-box"
      role="search"
      onSubmit={(event) => {
        event.preventDefault();
        send(found[active] ?? text);
      }}
    >
      <label class="hidden-text" for="insights-question">
        {tell.ask}
      </label>
      <input
        id="insights-question"
        ref={box}
        type="text"
        role="combobox"
        autocomplete="off"
        aria-expanded={isOpen}
        aria-autocomplete="list"
        aria-controls="completions"
        aria-activedescendant={active >= 0 ? `completion-${active}` : undefined}
        maxLength={4000}
        placeholder={tell.askHint}
        value={text}
        onInput={(event) => {
          typed.current = event.currentTarget.value;
          setText(event.currentTarget.value);
        }}
        onKeyDown={onKeyDown}
        onBlur={close}
      />
      <button
        type="submit"
        class="send"
        aria-label={tell.send}
        title={tell.send}
        disabled={text.trim() === ""}
      >
        <Icon name="send" />
      </button>
      <ul id="completions" role="listbox" aria-label={tell.completions} hidden={!isOpen}>
        {found.map((question, place) => (
          <li
            key={question}
            id={`completion-${place}`}
            role="option"
            aria-selected={place === active}
            onPointerDown={(event) => {
              event.preventDefault(); // the box keeps the focus
              send(question);
            }}
          >
            {question}
          </li>
        ))}
      </ul>
      <span class="hidden-text" role="status">
        {isOpen ? tell.nCompletions(found.length) : ""}
      </span>
    </form>
  );
}
