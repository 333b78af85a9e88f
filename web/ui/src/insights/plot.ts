/** What a chart shows, worked out before anything is drawn. Pure. */

import type { Cell, Column, Finding, Unit } from "../api/types";
import { formatCell, grainOf, isDate } from "../text/format";

export interface PlotSeries {
  name: string;
  values: (number | null)[];
  /** `main` in the one colour, `other` in greys, `before` dashed. */
  role: "main" | "other" | "before";
}

export interface Plot {
  kind: "line" | "bar";
  /** Bars of categories lie, so that their names can be read. */
  isLying: boolean;
  labels: string[];
  series: PlotSeries[];
  band: { low: (number | null)[]; high: (number | null)[] } | null;
  unit: Unit | null;
  axis: string;
  nAll: number;
}

const MOST_BARS = 15;
const MOST_LINES = 6;
const BEFORE = /(^|_)(previous|before|earlier|last_year|prior|compare)(_|$)/;
const LOW = /(^|_)(low|lower)(_|$|\d)/;
const HIGH = /(^|_)(high|upper)(_|$|\d)/;

/** Return null when the finding has no column to draw. */
export function planPlot(finding: Finding): Plot | null {
  const { chart, columns, rows } = finding;
  if (chart.kind !== "line" && chart.kind !== "bar") return null;
  const x = placeOf(columns, chart.x) ?? columns.findIndex((column) => column.unit === null);
  const wanted = chart.y.map((name) => placeOf(columns, name)).filter((place) => place !== null);
  const drawn = wanted.length > 0 ? wanted : [columns.findIndex((column) => column.unit !== null)];
  const isBound = (place: number): boolean =>
    LOW.test(columns[place]!.name) || HIGH.test(columns[place]!.name);
  const lines = drawn.filter((place) => place >= 0 && !(drawn.length > 1 && isBound(place)));
  if (x < 0 || lines.length === 0) return null;
  const split = placeOf(columns, chart.series);
  const shape = split === null ? byColumn(finding, x, lines) : bySeries(finding, x, lines[0]!, split);
  const first = columns[lines[0]!]!;
  const cut = chart.kind === "bar" && !shape.isTime ? MOST_BARS : shape.labels.length;
  return {
    kind: chart.kind,
    isLying: chart.kind === "bar" && !shape.isTime,
    labels: shape.labels.slice(0, cut),
    series: shape.series.map((item) => ({ ...item, values: item.values.slice(0, cut) })),
    band: split === null ? bandOf(columns, rows) : null,
    unit: chart.unit ?? first.unit,
    axis: shape.series.slice(1).every((item) => item.role === "before" || split !== null)
      ? first.label
      : "",
    nAll: split === null ? rows.length : shape.labels.length,
  };
}

interface Shape {
  labels: string[];
  series: PlotSeries[];
  isTime: boolean;
}

function byColumn({ columns, rows, metric_query }: Finding, x: number, lines: number[]): Shape {
  const xs = rows.map((row) => row[x]);
  const grain = grainOf(xs, metric_query?.grain);
  const series = lines.slice(0, MOST_LINES).map((place, at): PlotSeries => {
    const column = columns[place]!;
    const other = BEFORE.test(column.name) ? "before" : "other";
    return {
      name: column.label,
      values: rows.map((row) => numberOf(row[place])),
      role: at === 0 ? "main" : other,
    };
  });
  const labels = xs.map((value) => formatCell(value, columns[x]!, grain));
  return { labels, series, isTime: xs.some(isDate) };
}

function bySeries(finding: Finding, x: number, y: number, split: number): Shape {
  const { columns, rows, metric_query } = finding;
  const xs = [...new Set(rows.map((row) => row[x] ?? null))];
  if (xs.every(isDate)) xs.sort();
  const grain = grainOf(xs, metric_query?.grain);
  const byName = new Map<string, (number | null)[]>();
  for (const row of rows) {
    const name = formatCell(row[split], columns[split]!, "day");
    const values = byName.get(name) ?? xs.map(() => null);
    values[xs.indexOf(row[x] ?? null)] = numberOf(row[y]);
    byName.set(name, values);
  }
  const total = (values: (number | null)[]): number =>
    values.reduce<number>((sum, value) => sum + (value ?? 0), 0);
  const largest = [...byName].sort((a, b) => total(b[1]) - total(a[1])).slice(0, MOST_LINES);
  const series = largest.map(
    ([name, values], at): PlotSeries => ({ name, values, role: at === 0 ? "main" : "other" }),
  );
  const labels = xs.map((value) => formatCell(value, columns[x]!, grain));
  return { labels, series, isTime: xs.some(isDate) };
}

function bandOf(columns: Column[], rows: Cell[][]): Plot["band"] {
  const low = columns.findIndex((column) => column.unit && LOW.test(column.name));
  const high = columns.findIndex((column) => column.unit && HIGH.test(column.name));
  if (low < 0 || high < 0) return null;
  const values = (place: number) => rows.map((row) => numberOf(row[place]));
  return { low: values(low), high: values(high) };
}

function placeOf(columns: Column[], name: string | null): number | null {
  const place = columns.findIndex((column) => column.name === name);
  return place < 0 ? null : place;
}

function numberOf(cell: Cell | undefined): number | null {
  return typeof cell === "number" && Number.isFinite(cell) ? cell : null;
}
