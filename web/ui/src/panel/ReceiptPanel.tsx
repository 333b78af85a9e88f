/** How a figure was computed. */

import type { Finding } from "../api/types";
import { CopyButton } from "../insights/CopyButton";
import { say } from "../messages";
import { formatDate, formatNumber } from "../text/format";

export function ReceiptPanel({ finding }: { finding: Finding }) {
  const { receipt } = finding;
  return (
    <div class="prose receipt">
      <dl>
        <dt>{say.definition}</dt>
        <dd>{receipt.definition}</dd>
        <dt>{say.period}</dt>
        <dd>{receipt.period}</dd>
        <dt>{say.filters}</dt>
        <dd>
          {receipt.filters.length === 0 ? say.noFilters : <Lines lines={receipt.filters} />}
        </dd>
        <dt>{say.rows}</dt>
        <dd>{formatNumber(receipt.n_rows, "count")}</dd>
        <dt>{say.asOf}</dt>
        <dd>{formatDate(receipt.as_of)}</dd>
        {receipt.notes.length > 0 && (
          <>
            <dt>{say.notes}</dt>
            <dd>
              <Lines lines={receipt.notes} />
            </dd>
          </>
        )}
      </dl>
      {receipt.sql && (
        <>
          <h3>{say.sql}</h3>
          <pre tabIndex={0}>
            <code>{receipt.sql}</code>
          </pre>
          <CopyButton label={say.copySql} text={() => receipt.sql} />
        </>
      )}
    </div>
  );
}

function Lines({ lines }: { lines: string[] }) {
  return (
    <ul>
      {lines.map((line) => (
        <li key={line}>{line}</li>
      ))}
    </ul>
  );
}
