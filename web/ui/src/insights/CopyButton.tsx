/** A button that copies a text, and says that it did. */

import { useState } from "preact/hooks";
import { useActions } from "../actions";
import { say } from "../messages";
import { Icon } from "../shell/Icon";

export function CopyButton({ label, text, short }: { label: string; text: () => string; short?: string }) {
  const [isCopied, setCopied] = useState(false);
  const { announce } = useActions();
  // Browsers offer the clipboard over HTTPS and on this machine only.
  if (!navigator.clipboard) return null;
  const copy = async (): Promise<void> => {
    await navigator.clipboard.writeText(text());
    setCopied(true);
    announce(say.copied);
    setTimeout(() => setCopied(false), 2000);
  };
  return (
    <button type="button" class="quiet" aria-label={label} title={label} onClick={() => void copy()}>
      <Icon name={isCopied ? "good" : "copy"} /> {isCopied ? say.copied : (short ?? label)}
    </button>
  );
}
