/** Who is signed in, and what is theirs to change. Nothing where nobody signs in. */

import type { ComponentType } from "preact";
import { useRef, useState } from "preact/hooks";
import { problemOf } from "../api/client";
import type { Problem } from "../api/types";
import { ErrorCard } from "../chat/ErrorCard";
import { Dialog } from "../shell/Dialog";
import { Icon } from "../shell/Icon";
import { Skeleton } from "../shell/Skeleton";
import { say } from "./messages";
import { useSession } from "./session";

export function AccountMenu() {
  const { user } = useSession();
  const [isOpen, setOpen] = useState(false);
  const [Contents, setContents] = useState<ComponentType | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const button = useRef<HTMLButtonElement>(null);
  if (user === null) return null;
  const open = (): void => {
    setOpen(true);
    setProblem(null);
    import("../account/Account").then(
      (part) => setContents(() => part.Account),
      (error: unknown) => setProblem(problemOf(error)),
    );
  };
  return (
    <>
      <button
        ref={button}
        type="button"
        class="account-button"
        aria-haspopup="dialog"
        aria-label={say.account(user.name)}
        title={say.account(user.name)}
        onClick={open}
      >
        <Icon name="person" />
        <span class="wide-only">{user.name}</span>
      </button>
      {isOpen && (
        <Dialog
          title={say.yourAccount}
          onClose={() => {
            setOpen(false);
            button.current?.focus();
          }}
        >
          {Contents ? (
            <Contents />
          ) : problem ? (
            <ErrorCard problem={problem} onRetry={open} />
          ) : (
            <Skeleton lines={4} />
          )}
        </Dialog>
      )}
    </>
  );
}
