/** A result's rows: sorted by a click, copied or saved whole, shown in parts when long. */

import { useMemo, useState } from "preact/hooks";
import { findingFile } from "../api/client";
import type { Cell, Column, Finding } from "../api/types";
import { say } from "../messages";
import { Icon } from "../shell/Icon";
import { formatCell, formatNumber, type Grain, grainOf } from "../text/format";
import { CopyButton } from "./CopyButton";
import { saveFile } from "./saveFile";
import { nextOrder, type Order, sortRows, toCsv, toTsv } from "./tables";

const FIRST_ROWS = 200;
const MORE_ROWS = 500;

interface Props {
  finding: Finding;
  hasTitle: boolean;
  /** Of the stored answer; missing while it is written. */
  turnId?: string;
}

export function ResultTable({ finding, hasTitle, turnId }: Props) {
  const { columns, rows, chart } = finding;
  const [order, setOrder] = useState<Order | null>(null);
  const [nShown, setShown] = useState(FIRST_ROWS);
  const sorted = useMemo(() => sortRows(rows, order), [rows, order]);
  const grains = useMemo(() => grainsOf(finding), [finding]);
  const title = `${chart.title}, ${finding.receipt.period}`;
  return (
    <section class="result" aria-label={say.tableOf(title)}>
      {hasTitle && <p class="over">{title}</p>}
      {rows.length === 0 ? (
        <p class="muted">{say.noRows}</p>
      ) : (
        <div class="table-box" tabIndex={0} role="region" aria-label={say.tableOf(title)}>
          <table>
            <thead>
              <tr>
                {columns.map((column, place) => (
                  <Heading
                    key={column.name}
                    column={column}
                    isFigure={isFigure(column, rows, place)}
                    place={place}
                    order={order}
                    onOrder={setOrder}
                  />
                ))}
              </tr>
            </thead>
            <tbody>
              {sorted.slice(0, nShown).map((row, number) => (
                <tr key={number}>
                  {columns.map((column, place) => (
                    <td
                      key={column.name}
                      class={isFigure(column, rows, place) ? "figure" : undefined}
                    >
                      {formatCell(row[place], column, grains[place]!)}
                    </td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      <div class="row table-row">
        <span class="muted">
          {rows.length === 1 ? say.oneRow : say.nRows(formatNumber(rows.length, "count"))}
        </span>
        {rows.length > nShown && (
          <button type="button" class="quiet" onClick={() => setShown(nShown + MORE_ROWS)}>
            {say.moreRows(String(Math.min(MORE_ROWS, rows.length - nShown)))}
          </button>
        )}
        {rows.length > 0 && (
          <>
            <CopyButton
              label={say.copyTableLong}
              short={say.copyTable}
              text={() => toTsv(columns, sorted)}
            />
            <button
              type="button"
              class="quiet"
              aria-label={say.exportTableLong}
              title={say.exportTableLong}
              onClick={() => save(chart.title, toCsv(columns, sorted))}
            >
              <Icon name="save" /> {say.exportTable}
            </button>
            {turnId && (
              <a
                class="quiet"
                href={findingFile(turnId, "xlsx")}
                aria-label={say.exportBookLong}
                title={say.exportBookLong}
                download
              >
                <Icon name="save" /> {say.exportBook}
              </a>
            )}
          </>
        )}
      </div>
    </section>
  );
}

interface HeadingProps {
  column: Column;
  isFigure: boolean;
  place: number;
  order: Order | null;
  onOrder: (order: Order | null) => void;
}

function Heading({ column, isFigure, place, order, onOrder }: HeadingProps) {
  const isSorted = order?.column === place;
  const direction = order?.isDescending ? "descending" : "ascending";
  return (
    <th
      scope="col"
      class={isFigure ? "figure" : undefined}
      aria-sort={isSorted ? direction : undefined}
    >
      <button
        type="button"
        title={say.sortBy(column.label)}
        onClick={() => onOrder(nextOrder(order, place, isFigure))}
      >
        {column.label}
        {isSorted && <Icon name={direction} />}
      </button>
    </th>
  );
}

function isFigure(column: Column, rows: Cell[][], place: number): boolean {
  return column.unit !== null || rows.some((row) => typeof row[place] === "number");
}

function grainsOf({ columns, rows, metric_query }: Finding): Grain[] {
  return columns.map((_, place) => grainOf(rows.map((row) => row[place]), metric_query?.grain));
}

function save(title: string, csv: string): void {
  // The mark in front tells spreadsheets that the text is UTF-8.
  saveFile(title, "csv", new Blob(["\ufeff", csv], { type: "text/csv;charset=utf-8" }));
}
