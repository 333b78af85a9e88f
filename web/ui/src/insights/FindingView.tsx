/** Figures: a number as a number, a chart with its table, or a table. */

import type { Finding } from "../api/types";
import { BigNumber } from "./BigNumber";
import { ChartFigure } from "./ChartFigure";
import { isDrawnKind } from "./plot";
import { ResultTable } from "./ResultTable";

export function FindingView({ finding, turnId }: { finding: Finding; turnId?: string }) {
  const { kind } = finding.chart;
  const isNumber = kind === "number" && finding.rows.length === 1;
  if (isNumber) return <BigNumber finding={finding} />;
  const isDrawn = isDrawnKind(kind) && finding.rows.length > 1;
  if (finding.columns.length === 0) return null; // said in the text alone
  return (
    <div class="finding">
      {isDrawn && <ChartFigure finding={finding} />}
      <ResultTable finding={finding} hasTitle={!isDrawn} turnId={turnId} />
    </div>
  );
}
