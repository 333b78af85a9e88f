/** A dialog with a title and a way out; Esc closes it. */

import type { ComponentChildren } from "preact";
import { useEffect, useId, useRef } from "preact/hooks";
import { say } from "../messages";
import { IconButton } from "./Icon";

interface Props {
  title: string;
  onClose: () => void;
  isWide?: boolean;
  children: ComponentChildren;
}

export function Dialog({ title, onClose, isWide, children }: Props) {
  const dialog = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => dialog.current?.showModal(), []);
  return (
    <dialog ref={dialog} class={`form-dialog ${isWide ? "is-wide" : ""}`} aria-labelledby={id} onClose={onClose}>
      <header>
        <h2 id={id}>{title}</h2>
        <IconButton icon="close" label={say.close} onClick={() => dialog.current?.close()} />
      </header>
      <div class="form-dialog-body">{children}</div>
    </dialog>
  );
}
