/** Tables as text for spreadsheets, and their order. */

import type { Cell, Column } from "../api/types";

// A cell that begins so is run as a formula by spreadsheets; the full-width forms are too.
const FORMULA = /^\s*[=+\-@\t\r＝＋－＠]/;

function plain(cell: Cell | undefined): string {
  if (cell === null || cell === undefined) return "";
  if (typeof cell !== "string") return String(cell);
  return FORMULA.test(cell) ? `'${cell}` : cell;
}

/** CSV after RFC 4180; text that a spreadsheet would run begins with an apostrophe. */
export function toCsv(columns: readonly Column[], rows: readonly Cell[][]): string {
  const quote = (text: string): string =>
    /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  const lines = [columns.map((column) => column.label), ...rows];
  return lines.map((line) => line.map((cell) => quote(plain(cell))).join(",") + "\r\n").join("");
}

/** Tab-separated text, as spreadsheets paste it. */
export function toTsv(columns: readonly Column[], rows: readonly Cell[][]): string {
  const lines = [columns.map((column) => column.label), ...rows];
  return lines
    .map((line) => line.map((cell) => plain(cell).replace(/[\t\r\n]+/g, " ")).join("\t"))
    .join("\n");
}

export interface Order {
  column: number;
  isDescending: boolean;
}

/** Rows in an order; equal ones stay as they were, missing values come last either way. */
export function sortRows(rows: readonly Cell[][], order: Order | null): Cell[][] {
  if (!order) return [...rows];
  const sign = order.isDescending ? -1 : 1;
  return [...rows].sort((left, right) => {
    const a = left[order.column] ?? null;
    const b = right[order.column] ?? null;
    if (a === null || b === null) return Number(a === null) - Number(b === null);
    if (typeof a === "number" && typeof b === "number") return sign * (a - b);
    return sign * String(a).localeCompare(String(b), "en", { numeric: true });
  });
}

/** The order after a click on a column's heading: figures begin with the largest. */
export function nextOrder(order: Order | null, column: number, isFigure: boolean): Order | null {
  if (order?.column !== column) return { column, isDescending: isFigure };
  if (order.isDescending === isFigure) return { column, isDescending: !isFigure };
  return null;
}
