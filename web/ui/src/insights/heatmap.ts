/** A heat map: two dimensions along the axes, the value as colour and, where it fits, as a number. */

import { say } from "../messages";
import { formatNumber, formatShort } from "../text/format";
import { mixed } from "./colours";
import type { Colours } from "./draw";
import type { Plot } from "./plot";

const MOST_LABELLED = 12;
const LEAST_CELL_PX = 44;
const CHARACTER_PX = 6.7;
const PALE_PERCENT = 8;

export function heatMapOptions(
  plot: Plot,
  colours: Colours,
  width: number,
  isStill: boolean,
): Record<string, unknown> {
  const cells = plot.series.flatMap((item, y) =>
    item.values.flatMap((value, x) => (value === null ? [] : [[x, y, value] as const])),
  );
  const values = cells.map(([, , value]) => value);
  const low = Math.min(0, ...values);
  const high = Math.max(low, ...values);
  // By its name: with "inherit" labels are measured in another font than they are drawn in.
  const fontFamily = getComputedStyle(document.body).fontFamily;
  const text = { color: colours.muted, fontSize: 12, fontFamily };
  const longest = Math.max(0, ...plot.series.map((item) => item.name.length)) * CHARACTER_PX;
  const cellPx = (width - longest) / Math.max(1, plot.labels.length);
  const hasNumbers = plot.labels.length <= MOST_LABELLED && cellPx >= LEAST_CELL_PX;
  const isDark = (value: number): boolean => value > low + (high - low) * 0.55;
  const axis = { type: "category", axisTick: { show: false }, axisLine: { show: false } };
  return {
    animation: !isStill,
    animationDuration: 150,
    textStyle: { fontFamily },
    grid: {
      left: 4,
      right: 4,
      top: 34,
      bottom: 4,
      outerBoundsMode: "same",
      outerBoundsContain: "axisLabel",
    },
    tooltip: {
      renderMode: "richText",
      trigger: "item",
      backgroundColor: colours.surface,
      borderColor: colours.line,
      textStyle: { color: colours.text, fontSize: 12 },
      formatter: ({ value }: { value: readonly [number, number, number] }) =>
        say.cell(
          plot.series[value[1]]!.name,
          plot.labels[value[0]]!,
          formatNumber(value[2], plot.unit),
        ),
    },
    visualMap: {
      type: "continuous",
      min: low,
      max: high,
      calculable: false,
      orient: "horizontal",
      left: 0,
      top: 0,
      itemWidth: 10,
      itemHeight: 120,
      text: [`${formatShort(high, plot.unit)}  ${plot.axis}`, formatShort(low, plot.unit)],
      textStyle: text,
      inRange: { color: [mixed(colours.accent, colours.page, PALE_PERCENT), colours.accent] },
    },
    xAxis: { ...axis, data: plot.labels, axisLabel: { ...text, hideOverlap: true } },
    yAxis: {
      ...axis,
      data: plot.series.map((item) => item.name),
      inverse: true,
      axisLabel: {
        ...text,
        color: colours.text,
        width: Math.min(longest + 12, width * 0.35),
        overflow: "truncate",
      },
    },
    series: [
      {
        type: "heatmap",
        name: plot.axis,
        data: cells.map((value) => ({
          value,
          label: { color: isDark(value[2]) ? colours.onAccent : colours.text },
        })),
        itemStyle: { borderColor: colours.page, borderWidth: 1 },
        label: {
          show: hasNumbers,
          fontSize: 11,
          formatter: ({ value }: { value: readonly [number, number, number] }) =>
            formatShort(value[2], plot.unit),
        },
      },
    ],
  };
}
