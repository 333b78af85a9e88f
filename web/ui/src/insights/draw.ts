/** Draws a plot with ECharts: loaded only when a chart is shown. */

import { BarChart, HeatmapChart, LineChart } from "echarts/charts";
import {
  GridComponent,
  LegendComponent,
  TooltipComponent,
  VisualMapContinuousComponent,
} from "echarts/components";
import { init, use } from "echarts/core";
import { LabelLayout } from "echarts/features";
import { CanvasRenderer, SVGRenderer } from "echarts/renderers";
import { formatNumber, formatShort } from "../text/format";
import { mixed } from "./colours";
import { heatMapOptions } from "./heatmap";
import type { Plot, PlotSeries } from "./plot";

use([
  BarChart,
  CanvasRenderer,
  GridComponent,
  HeatmapChart,
  LabelLayout,
  LegendComponent,
  LineChart,
  SVGRenderer,
  TooltipComponent,
  VisualMapContinuousComponent,
]);

export interface Colours {
  accent: string;
  text: string;
  muted: string;
  line: string;
  surface: string;
  page: string;
  onAccent: string;
  greys: string[];
}

export interface Drawing {
  update: (plot: Plot, colours: Colours, isStill: boolean) => void;
  resize: () => void;
  dispose: () => void;
}

const CHARACTER_PX = 6.7;
const LEGEND_GAP_PX = 46;
const LEAST_LABELLED_PX = 52;

export function draw(box: HTMLElement): Drawing {
  const chart = init(box, undefined, { renderer: "svg" });
  emptyWithoutHtml(box);
  for (const picture of box.querySelectorAll("svg")) emptyWithoutHtml(picture);
  return {
    update: (plot, colours, isStill) => {
      const make = plot.kind === "heatmap" ? heatMapOptions : options;
      chart.setOption(make(plot, colours, box.clientWidth, isStill), { notMerge: true });
    },
    resize: () => chart.resize(),
    dispose: () => chart.dispose(),
  };
}

const PICTURE_PX = 960;
const MARGIN_PX = 24;
const HEAD_PX = 56;
const SHARPNESS = 2;

/** A chart with its title and period as a picture, whatever the size of the window. */
export async function drawPicture(
  plot: Plot,
  colours: Colours,
  height: number,
  title: string,
  period: string,
): Promise<Blob | null> {
  const box = document.createElement("div");
  emptyWithoutHtml(box);
  const width = PICTURE_PX - 2 * MARGIN_PX;
  const chart = init(box, undefined, { renderer: "canvas", width, height });
  try {
    const make = plot.kind === "heatmap" ? heatMapOptions : options;
    chart.setOption({ ...make(plot, colours, width, true), animation: false }, { notMerge: true });
    const canvas = document.createElement("canvas");
    canvas.width = PICTURE_PX * SHARPNESS;
    canvas.height = (HEAD_PX + height + MARGIN_PX) * SHARPNESS;
    const brush = canvas.getContext("2d");
    if (!brush) return null;
    brush.scale(SHARPNESS, SHARPNESS);
    brush.fillStyle = colours.page;
    brush.fillRect(0, 0, canvas.width, canvas.height);
    brush.fillStyle = colours.text;
    const fontFamily = getComputedStyle(document.body).fontFamily;
    brush.font = `600 16px ${fontFamily}`;
    brush.fillText(title, MARGIN_PX, 28, width);
    brush.fillStyle = colours.muted;
    brush.font = `13px ${fontFamily}`;
    brush.fillText(period, MARGIN_PX, 47, width);
    const drawn = chart.renderToCanvas({ pixelRatio: SHARPNESS, backgroundColor: colours.page });
    brush.drawImage(drawn, MARGIN_PX, HEAD_PX, width, height);
    return await new Promise((take) => canvas.toBlob(take, "image/png"));
  } finally {
    chart.dispose();
  }
}

/** The library leaves by setting its elements' HTML to nothing, which the policy forbids. */
function emptyWithoutHtml(element: Element): void {
  const set = (): void => element.replaceChildren();
  Object.defineProperty(element, "innerHTML", { configurable: true, set });
}

function options(plot: Plot, colours: Colours, width: number, isStill: boolean): Record<string, unknown> {
  // By its name: with "inherit" labels are measured in another font than they are drawn in.
  const fontFamily = getComputedStyle(document.body).fontFamily;
  const text = { color: colours.muted, fontSize: 12, fontFamily };
  const names = plot.series.map((item) => item.name);
  const longest = (words: string[]): number =>
    Math.max(0, ...words.map((word) => word.length)) * CHARACTER_PX;
  const hasNames = plot.kind === "line" && plot.series.length > 1;
  const isStacked = plot.kind === "stacked";
  const hasLegend = plot.kind !== "line" && plot.series.length > 1;
  const legendPx = names.reduce((all, name) => all + longest([name]) + LEGEND_GAP_PX, 0);
  const legendRows = hasLegend ? Math.ceil(legendPx / Math.max(width, 1)) : 0;
  const value = {
    type: "value",
    name: plot.isLying || hasLegend ? "" : plot.axis,
    nameTextStyle: { ...text, align: "left" },
    scale: plot.kind === "line" && isNarrow(plot),
    splitNumber: plot.isLying ? 3 : 4,
    ...(isStacked && plot.unit === "fraction" && isWhole(plot) ? { max: 1, interval: 0.25 } : {}),
    ...(plot.isLying && !hasLegend ? { max: "dataMax" } : {}), // no axis: no room to round up to
    axisLabel: { ...text, formatter: (at: number) => formatShort(at, plot.unit) },
    splitLine: { lineStyle: { color: colours.line } },
    show: !plot.isLying || hasLegend,
  };
  const labelWidth = Math.min(longest(plot.labels) + 12, width * 0.4);
  const category = {
    type: "category",
    data: plot.labels,
    inverse: plot.isLying,
    boundaryGap: plot.kind !== "line",
    axisTick: { show: false },
    axisLine: { lineStyle: { color: colours.line } },
    axisLabel: {
      ...text,
      hideOverlap: true,
      ...(plot.isLying ? { color: colours.text, width: labelWidth, overflow: "truncate" } : {}),
    },
  };
  return {
    animation: !isStill,
    animationDuration: 150,
    textStyle: { fontFamily },
    grid: {
      left: plot.isLying ? 12 : 4,
      right: hasNames ? Math.min(longest(names) + 16, width * 0.35) : plot.isLying ? 72 : 20,
      top: hasLegend ? 12 + legendRows * 22 : plot.isLying ? 4 : 34,
      bottom: 4,
      outerBoundsMode: "same",
      outerBoundsContain: "axisLabel",
    },
    legend: { show: hasLegend, left: 0, top: 0, data: names, textStyle: text, itemHeight: 8 },
    tooltip: {
      // Text, not HTML: the page's policy lets nobody write HTML.
      renderMode: "richText",
      trigger: "axis",
      axisPointer: { type: plot.kind === "line" ? "line" : "shadow" },
      backgroundColor: colours.surface,
      borderColor: colours.line,
      textStyle: { color: colours.text, fontSize: 12 },
      valueFormatter: (at: unknown) => (typeof at === "number" ? formatNumber(at, plot.unit) : "–"),
    },
    xAxis: plot.isLying ? value : category,
    yAxis: plot.isLying ? category : value,
    series: [
      ...bandSeries(plot, colours),
      ...plot.series.map((item, at) => {
        if (plot.kind === "line") return lineSeries(item, at, colours, hasNames);
        return isStacked
          ? stackSeries(item, plot, at, colours, width)
          : barSeries(item, plot, at, colours);
      }),
    ],
  };
}

/** Lines far from zero and close together are drawn in the range that they have. */
function isNarrow(plot: Plot): boolean {
  const values = plot.series.flatMap((item) => item.values.filter((value) => value !== null));
  const low = Math.min(...values);
  const high = Math.max(...values);
  return low > 0 && low > high * 0.6;
}

function lineSeries(item: PlotSeries, at: number, colours: Colours, hasName: boolean): object {
  const isMain = item.role === "main";
  const color = isMain ? colours.accent : colours.greys[(at - 1) % colours.greys.length]!;
  const dashes = ["solid", "dashed", "dotted", [8, 3, 2, 3], [2, 6]];
  return {
    type: "line",
    name: item.name,
    data: item.values,
    z: isMain ? 3 : 2,
    symbol: "circle",
    symbolSize: isMain ? 5 : 0,
    showSymbol: isMain && item.values.length <= 31,
    color,
    lineStyle: {
      width: isMain ? 2.5 : 1.5,
      type: item.role === "before" ? "dashed" : dashes[isMain ? 0 : (at - 1) % dashes.length],
    },
    endLabel: { show: hasName, formatter: item.name, color: isMain ? color : colours.muted },
    labelLayout: { moveOverlap: "shiftY" },
  };
}

function barSeries(item: PlotSeries, plot: Plot, at: number, colours: Colours): object {
  const own = plot.hasOthers ? item.values.slice(0, -1) : item.values;
  const largest = Math.max(...own.map((value) => value ?? Number.NEGATIVE_INFINITY));
  const isAlone = plot.series.length === 1;
  const hasLabels = plot.isLying ? plot.series.length <= 2 : isAlone && plot.labels.length <= 12;
  const grey = colours.greys[isAlone ? 1 : at % colours.greys.length]!;
  const isHistogram = plot.kind === "histogram";
  return {
    type: "bar",
    name: item.name,
    color: item.role === "main" && (!isAlone || isHistogram) ? colours.accent : grey,
    data: item.values.map((value, place) => ({
      value,
      itemStyle: isAlone && value === largest && place < own.length ? { color: colours.accent } : {},
    })),
    ...(isHistogram ? { barCategoryGap: "4%" } : { barMaxWidth: plot.isLying ? 24 : 48 }),
    label: {
      show: hasLabels,
      position: plot.isLying ? "right" : "top",
      color: colours.text,
      fontSize: 12,
      formatter: ({ value }: { value: number }) => formatShort(value, plot.unit),
    },
  };
}

/** Whether the parts of every bar add up to one. */
function isWhole(plot: Plot): boolean {
  return plot.labels.every((_, at) => {
    const all = plot.series.reduce((sum, item) => sum + (item.values[at] ?? 0), 0);
    return Math.abs(all - 1) < 1e-6;
  });
}

/** Parts are tints of the one colour, so that they are told apart in grey print too. */
const TINTS = [100, 72, 52, 36, 24, 14];
const LEAST_LABELLED_FRACTION = 0.08;

function stackSeries(
  item: PlotSeries,
  plot: Plot,
  at: number,
  colours: Colours,
  width: number,
): object {
  const tint = TINTS[at % TINTS.length]!;
  const largest = Math.max(
    ...plot.labels.map((_, x) => plot.series.reduce((sum, one) => sum + (one.values[x] ?? 0), 0)),
  );
  const isDark = tint >= 72;
  return {
    type: "bar",
    stack: "all",
    name: item.name,
    color: item.role === "folded" ? colours.greys[1]! : mixed(colours.accent, colours.page, tint),
    data: item.values,
    barMaxWidth: plot.isLying ? 24 : 56,
    itemStyle: { borderColor: colours.page, borderWidth: 1 },
    label: {
      show: plot.isLying || width / plot.labels.length >= LEAST_LABELLED_PX,
      color: isDark ? colours.onAccent : colours.text,
      fontSize: 11,
      formatter: ({ value }: { value: number | null }) =>
        value !== null && value >= largest * LEAST_LABELLED_FRACTION
          ? formatShort(value, plot.unit)
          : "",
    },
    labelLayout: { hideOverlap: true },
  };
}

/** An interval as a band: an unseen line at its foot, and the height filled above it. */
function bandSeries({ band }: Plot, colours: Colours): object[] {
  if (!band) return [];
  const base = { type: "line", stack: "band", symbol: "none", silent: true };
  const height = band.high.map((high, at) => {
    const low = band.low[at];
    return high === null || low === null || low === undefined ? null : high - low;
  });
  const unseen = { lineStyle: { opacity: 0 }, tooltip: { show: false }, stackStrategy: "all" };
  return [
    { ...base, ...unseen, data: band.low },
    { ...base, ...unseen, data: height, areaStyle: { color: colours.accent, opacity: 0.15 } },
  ];
}
