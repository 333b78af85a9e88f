/** Articles in the making: from a solved ticket to the list for review. */

import type { ComponentChildren } from "preact";
import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import type { Problem } from "../api/types";
import { ErrorCard } from "../chat/ErrorCard";
import { useMay } from "../session/session";
import { IconButton } from "../shell/Icon";
import { Skeleton } from "../shell/Skeleton";
import { draftFile, listDrafts, problemOf, readSkeleton, reviewDraft, submitDraft } from "./api";
import { moment } from "./format";
import { tell } from "./messages";
import type { Draft } from "./types";

function Dialog(props: { title: string; onClose: () => void; children: ComponentChildren }) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  return (
    <dialog ref={dialog} class="desk-dialog" aria-labelledby="draft-title" onClose={props.onClose}>
      <header>
        <h2 id="draft-title">{props.title}</h2>
        <IconButton icon="close" label={tell.closeDialog} onClick={() => dialog.current?.close()} />
      </header>
      <div class="desk-dialog-body">{props.children}</div>
    </dialog>
  );
}

/** Write an article from what a solved ticket tells. */
export function DraftDialog({ ticketId, onClose }: { ticketId: string; onClose: () => void }) {
  const [title, setTitle] = useState("");
  const [text, setText] = useState<string | null>(null);
  const [sent, setSent] = useState<Draft | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  useEffect(() => {
    readSkeleton(ticketId).then(
      (found) => {
        setTitle(found.title);
        setText(found.markdown);
      },
      (error: unknown) => setProblem(problemOf(error)),
    );
  }, [ticketId]);
  const send = (): void => {
    submitDraft(ticketId, title, text ?? "").then(
      (draft) => {
        setSent(draft);
        setProblem(null);
      },
      (error: unknown) => setProblem(problemOf(error)),
    );
  };
  const isEmpty = !title.trim() || !text?.trim();
  return (
    <Dialog title={tell.draftTitle(ticketId)} onClose={onClose}>
      {problem && <ErrorCard problem={problem} />}
      {text === null && !problem && <Skeleton lines={6} />}
      {sent && (
        <p class="row" role="status">
          {tell.draftSent} <a href={draftFile(sent.draft_id)}>{tell.draftSave}</a>
        </p>
      )}
      {text !== null && !sent && (
        <form
          class="desk-draft-form"
          onSubmit={(event) => {
            event.preventDefault();
            if (!isEmpty) send();
          }}
        >
          <p class="muted">{tell.draftMore}</p>
          <label>
            {tell.draftName}
            <input
              type="text"
              maxLength={200}
              value={title}
              onInput={(event) => setTitle(event.currentTarget.value)}
            />
          </label>
          <label>
            {tell.draftText}
            <textarea
              rows={14}
              maxLength={40_000}
              value={text}
              onInput={(event) => setText(event.currentTarget.value)}
            />
          </label>
          <div class="row">
            <button type="submit" class="button primary" disabled={isEmpty}>
              {tell.draftSend}
            </button>
          </div>
        </form>
      )}
    </Dialog>
  );
}

/** The list for review. */
export function DraftsDialog({ onClose }: { onClose: () => void }) {
  const [drafts, setDrafts] = useState<Draft[] | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const mayReview = useMay("articles.review");
  const fail = (error: unknown): void => setProblem(problemOf(error));
  const load = useCallback(() => {
    listDrafts().then((found) => setDrafts(found.drafts), fail);
  }, []);
  useEffect(load, [load]);
  const decide = (draft: Draft, status: "accepted" | "rejected"): void => {
    reviewDraft(draft.draft_id, status).then(load, fail);
  };
  return (
    <Dialog title={tell.drafts} onClose={onClose}>
      {problem && <ErrorCard problem={problem} />}
      {drafts === null && !problem && <Skeleton lines={4} />}
      {drafts?.length === 0 && (
        <>
          <p>{tell.noDrafts}</p>
          <p class="muted">{tell.noDraftsMore}</p>
        </>
      )}
      <ul class="own-list">
        {drafts?.map((draft) => (
          <li key={draft.draft_id}>
            <a href={draftFile(draft.draft_id)}>{draft.title}</a>
            <p class="muted desk-facts">
              <span>{draft.ticket_id}</span>
              <span>{tell.draftBy(draft.by.name || tell.somebody, moment(draft.at))}</span>
              <span>{tell.draftStatus[draft.status]}</span>
            </p>
            {mayReview && draft.status === "proposed" && (
              <div class="row">
                <button type="button" class="quiet" onClick={() => decide(draft, "accepted")}>
                  {tell.accept}
                </button>
                <button type="button" class="quiet" onClick={() => decide(draft, "rejected")}>
                  {tell.sendAway}
                </button>
              </div>
            )}
          </li>
        ))}
      </ul>
    </Dialog>
  );
}
