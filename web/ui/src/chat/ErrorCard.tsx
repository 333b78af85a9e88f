/** What failed, what was kept, what to do. */

import type { Problem } from "../api/types";
import { say } from "../messages";
import { Icon } from "../shell/Icon";

export function ErrorCard({ problem, onRetry }: { problem: Problem; onRetry?: () => void }) {
  return (
    <div class="error-card" role="alert">
      <p>
        <Icon name="error" /> <strong>{problem.message}</strong>
      </p>
      {problem.hint && <p>{problem.hint}</p>}
      <div class="row">
        {onRetry && (
          <button type="button" class="button" onClick={onRetry}>
            {say.retry}
          </button>
        )}
        {problem.request_id && <code class="request-id">{say.requestId(problem.request_id)}</code>}
      </div>
    </div>
  );
}
