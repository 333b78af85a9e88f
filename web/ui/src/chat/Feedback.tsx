/** Two thumbs, and a comment for whoever has one. */

import { useState } from "preact/hooks";
import { useActions } from "../actions";
import { problemOf, sendFeedback } from "../api/client";
import { say } from "../messages";
import { IconButton } from "../shell/Icon";

type Vote = "up" | "down";

export function Feedback({ turnId }: { turnId: string }) {
  const { announce } = useActions();
  const [vote, setVote] = useState<Vote | null>(null);
  const [isAsking, setAsking] = useState(false);
  const [comment, setComment] = useState("");
  const [told, setTold] = useState("");
  const send = async (value: Vote, text: string): Promise<void> => {
    try {
      await sendFeedback(turnId, value, text);
      setVote(value);
      setAsking(text === "");
      const done = text === "" ? say.thanks : say.commentSent;
      setTold(done);
      announce(done);
    } catch (error) {
      setTold(problemOf(error).message);
      announce(problemOf(error).message);
    }
  };
  const thumb = (value: Vote, label: string) => (
    <IconButton
      icon={value}
      label={label}
      isPressed={vote === value}
      onClick={() => void send(value, "")}
    />
  );
  return (
    <>
      {thumb("up", say.helped)}
      {thumb("down", say.didNotHelp)}
      {told && <span class="muted">{told}</span>}
      {vote && isAsking && (
        <form
          class="inline-form"
          onSubmit={(event) => {
            event.preventDefault();
            if (comment.trim()) void send(vote, comment.trim());
          }}
        >
          <input
            type="text"
            maxLength={2000}
            aria-label={say.comment}
            placeholder={say.comment}
            value={comment}
            onInput={(event) => setComment(event.currentTarget.value)}
          />
          <button type="submit" class="button" disabled={comment.trim() === ""}>
            {say.sendComment}
          </button>
        </form>
      )}
    </>
  );
}
