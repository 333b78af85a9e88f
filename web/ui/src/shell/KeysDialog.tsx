/** The list of keys, and the switch for those of one letter. */

import { useEffect, useRef } from "preact/hooks";
import { say } from "../messages";
import { IconButton } from "./Icon";

interface Props {
  areOn: boolean;
  onSwitch: (areOn: boolean) => void;
  onClose: () => void;
  keys?: readonly (readonly [string, string])[];
  switchLabel?: string;
}

const KEYS: readonly [string, string][] = [
  ["/", say.keyFocus],
  ["Enter", say.keySend],
  ["Shift + Enter", say.keyBreak],
  ["Esc", say.keyClose],
  ["?", say.keyHelp],
];

export function KeysDialog({ areOn, onSwitch, onClose, keys = KEYS, switchLabel }: Props) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  return (
    <dialog ref={dialog} aria-labelledby="keys-title" onClose={onClose}>
      <header>
        <h2 id="keys-title">{say.keysTitle}</h2>
        <IconButton icon="close" label={say.close} onClick={() => dialog.current?.close()} />
      </header>
      <dl class="keys">
        {keys.map(([key, meaning]) => (
          <div key={key}>
            <dt>
              <kbd>{key}</kbd>
            </dt>
            <dd>{meaning}</dd>
          </div>
        ))}
      </dl>
      <label class="row">
        <input
          type="checkbox"
          checked={areOn}
          onChange={(event) => onSwitch(event.currentTarget.checked)}
        />
        {switchLabel ?? say.keysOn}
      </label>
    </dialog>
  );
}
