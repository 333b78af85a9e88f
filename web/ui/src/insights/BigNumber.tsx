/** One row of figures: the first large, the others beside it. */

import type { Finding } from "../api/types";
import { formatCell, grainOf } from "../text/format";
import { periodBeside } from "./periods";

export function BigNumber({ finding }: { finding: Finding }) {
  const { chart, columns, receipt, rows } = finding;
  const main = Math.max(0, columns.findIndex((column) => column.name === chart.y[0]));
  const order = [main, ...columns.keys()].filter((place, at, all) => all.indexOf(place) === at);
  return (
    <section class="big-number" aria-label={chart.title}>
      <p class="over">
        {[chart.title, periodBeside(chart.title, receipt.period)].filter(Boolean).join(", ")}
      </p>
      <dl>
        {order.map((place) => {
          const column = columns[place]!;
          const value = rows[0]?.[place];
          return (
            <div key={column.name} class={place === main ? "main" : undefined}>
              <dt>{column.label}</dt>
              <dd>{formatCell(value, column, grainOf([value]))}</dd>
            </div>
          );
        })}
      </dl>
    </section>
  );
}
