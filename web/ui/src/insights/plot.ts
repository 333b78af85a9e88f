/** What a chart shows, worked out before anything is drawn. Pure. */

import type { Cell, ChartKind, Column, Finding, Unit } from "../api/types";
import { say } from "../messages";
import { formatCell, grainOf, isDate } from "../text/format";

export interface PlotSeries {
  name: string;
  values: (number | null)[];
  /** `main` in the one colour, `other` in greys, `before` dashed, `folded` the rest added up. */
  role: "main" | "other" | "before" | "folded";
}

export type DrawnKind = Exclude<ChartKind, "number" | "table">;

export function isDrawnKind(kind: ChartKind): kind is DrawnKind {
  return kind !== "number" && kind !== "table";
}

export interface Plot {
  kind: DrawnKind;
  /** Bars of categories lie, so that their names can be read. */
  isLying: boolean;
  labels: string[];
  series: PlotSeries[];
  band: { low: (number | null)[]; high: (number | null)[] } | null;
  unit: Unit | null;
  axis: string;
  nAll: number;
  /** Whether the last label stands for all that are not drawn by themselves. */
  hasOthers: boolean;
}

const MOST_BARS = 15;
const MOST_UPRIGHT = 10;
const MOST_LINES = 6;
const BEFORE = /(^|_)(previous|before|earlier|last_year|prior|compare)(_|$)/;
const LOW = /(^|_)(low|lower)(_|$|\d)/;
const HIGH = /(^|_)(high|upper)(_|$|\d)/;

/** Return null when the finding has no column to draw. Names of `mostChars` fit below bars. */
export function planPlot(finding: Finding, mostChars = 80): Plot | null {
  const { chart, columns, rows } = finding;
  const { kind } = chart;
  if (!isDrawnKind(kind)) return null;
  const x = placeOf(columns, chart.x) ?? columns.findIndex((column) => column.unit === null);
  const wanted = chart.y.map((name) => placeOf(columns, name)).filter((place) => place !== null);
  const drawn = wanted.length > 0 ? wanted : [columns.findIndex((column) => column.unit !== null)];
  const isBound = (place: number): boolean =>
    LOW.test(columns[place]!.name) || HIGH.test(columns[place]!.name);
  const lines = drawn.filter((place) => place >= 0 && !(drawn.length > 1 && isBound(place)));
  if (x < 0 || lines.length === 0) return null;
  const split = placeOf(columns, chart.series);
  const whole = split === null ? byColumn(finding, x, lines) : bySeries(finding, x, lines[0]!, split);
  const isSpecified = chart.note !== undefined; // of older turns only the kind is known
  const most = isSpecified || kind !== "bar" || whole.isTime ? (chart.most_x ?? null) : MOST_BARS;
  const ordered = kind === "ranked" ? ranked(whole) : whole;
  const shape = limited(ordered, most, chart.most_series ?? null, chart.others === "added_up", kind);
  const first = columns[lines[0]!]!;
  const longest = Math.max(0, ...shape.labels.map((label) => label.length));
  return {
    kind,
    isLying: liesDown(kind, shape, longest * shape.labels.length > mostChars),
    labels: shape.labels,
    series: shape.series,
    band: split === null && kind === "line" ? bandOf(columns, rows) : null,
    unit: chart.unit ?? first.unit,
    axis: shape.series.slice(1).every((item) => item.role === "before" || split !== null)
      ? first.label
      : "",
    nAll: whole.labels.length,
    hasOthers: chart.others === "added_up" && most !== null && whole.labels.length > most,
  };
}

function liesDown(kind: DrawnKind, shape: Shape, isWide: boolean): boolean {
  if (kind === "ranked") return true;
  if (kind === "line" || kind === "heatmap" || kind === "histogram" || shape.isTime) return false;
  return isWide || shape.labels.length > MOST_UPRIGHT;
}

/** By value, the largest first; an order that the result has, rising or falling, stays. */
function ranked(shape: Shape): Shape {
  const values = shape.series[0]?.values ?? [];
  const known = values.filter((value) => value !== null);
  const isOrdered = (sign: number): boolean =>
    known.every((value, at) => at === 0 || sign * (value - known[at - 1]!) >= 0);
  if (isOrdered(1) || isOrdered(-1)) return shape;
  const size = (at: number): number => values[at] ?? Number.NEGATIVE_INFINITY;
  const order = [...values.keys()].sort((a, b) => size(b) - size(a) || a - b);
  return {
    ...shape,
    labels: order.map((at) => shape.labels[at]!),
    series: shape.series.map((item) => ({ ...item, values: order.map((at) => item.values[at]!) })),
  };
}

/** Keep what the chart says is drawn; the rest becomes "Others" or is left out. */
function limited(
  shape: Shape,
  mostX: number | null,
  mostSeries: number | null,
  isAdded: boolean,
  kind: DrawnKind,
): Shape {
  let { labels, series } = shape;
  if (mostSeries !== null && series.length > mostSeries) {
    const rest = series.slice(mostSeries);
    series = series.slice(0, mostSeries);
    const values = labels.map((_, at) => sum(rest.map((item) => item.values[at]!)));
    if (isAdded) series = [...series, { name: say.others, values, role: "folded" }];
  }
  if (mostX !== null && labels.length > mostX) {
    const keep = <T>(items: T[], rest: T[]): T[] =>
      kind === "line" ? items.slice(-mostX) : [...items.slice(0, mostX), ...rest];
    series = series.map((item) => ({
      ...item,
      values: keep(item.values, isAdded ? [sum(item.values.slice(mostX))] : []),
    }));
    labels = keep(labels, isAdded ? [say.others] : []);
  }
  return { ...shape, labels, series };
}

function sum(values: (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? null : known.reduce((all, value) => all + value, 0);
}

interface Shape {
  labels: string[];
  series: PlotSeries[];
  isTime: boolean;
}

function byColumn({ chart, columns, rows, metric_query }: Finding, x: number, lines: number[]): Shape {
  const xs = rows.map((row) => row[x]);
  const grain = grainOf(xs, metric_query?.grain);
  const series = lines.slice(0, MOST_LINES).map((place, at): PlotSeries => {
    const column = columns[place]!;
    const isBefore = chart.compare?.includes(column.name) || BEFORE.test(column.name);
    const other = isBefore ? "before" : "other";
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
  const { chart, columns, rows, metric_query } = finding;
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
  const most = chart.note === undefined ? MOST_LINES : byName.size;
  const keepsOrder = chart.kind === "heatmap" && !chart.most_series; // weekdays, hours
  const largest = keepsOrder
    ? [...byName]
    : [...byName].sort((a, b) => total(b[1]) - total(a[1])).slice(0, most);
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
