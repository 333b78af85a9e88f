/** Grey lines in the place of a text that is on its way. */

import { say } from "../messages";

export function Skeleton({ lines, label = say.loading }: { lines: number; label?: string }) {
  return (
    <div class="skeleton" role="status">
      <span class="skeleton-word">{label}</span>
      {Array.from({ length: lines }, (_, place) => (
        <span key={place} class="bar" />
      ))}
    </div>
  );
}
