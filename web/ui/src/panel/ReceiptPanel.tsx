/** How a figure was computed. */

import type { Finding, Receipt } from "../api/types";
import { CopyButton } from "../insights/CopyButton";
import { say } from "../messages";
import { Icon } from "../shell/Icon";
import { formatDate, formatNumber } from "../text/format";

export function ReceiptPanel({ finding }: { finding: Finding }) {
  const { receipt } = finding;
  const checks = receipt.checks ?? [];
  const notes = receipt.notes.filter((text) => !checks.some((check) => check.text === text));
  return (
    <div class="prose receipt">
      <dl>
        <dt>{say.definition}</dt>
        <dd>
          {receipt.definition}
          {receipt.definition_version && (
            <span class="beside">{say.version(receipt.definition_version)}</span>
          )}
        </dd>
        <dt>{say.period}</dt>
        <dd>
          {receipt.period}
          {receipt.is_partial && (
            <span class="beside">
              <Icon name="warning" /> {say.partial}
            </span>
          )}
        </dd>
        <dt>{say.filters}</dt>
        <dd>
          {receipt.filters.length === 0 ? say.noFilters : <Lines lines={receipt.filters} />}
        </dd>
        {checks.length > 0 && (
          <>
            <dt>{say.checks}</dt>
            <dd>
              <ul class="checks">
                {checks.map((check) => (
                  <li key={check.text}>
                    <Icon name="good" /> {check.text}
                  </li>
                ))}
              </ul>
            </dd>
          </>
        )}
        <dt>{say.rows}</dt>
        <dd>{rowsOf(receipt)}</dd>
        <dt>{say.asOf}</dt>
        <dd>{formatDate(receipt.as_of)}</dd>
        {typeof receipt.elapsed_ms === "number" && (
          <>
            <dt>{say.tookMs}</dt>
            <dd>{formatNumber(receipt.elapsed_ms, "ms")}</dd>
          </>
        )}
        {notes.length > 0 && (
          <>
            <dt>{say.notes}</dt>
            <dd>
              <Lines lines={notes} />
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

function rowsOf({ n_rows, rows_read }: Receipt): string {
  const shown = formatNumber(n_rows, "count");
  return typeof rows_read === "number" ? say.rowsRead(shown, formatNumber(rows_read, "count")) : shown;
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
