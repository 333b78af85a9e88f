/** Numbers, dates and cells in the product's notation. */

import type { Cell, Column, Unit } from "../api/types";
import { say } from "../messages";

const NARROW = "\u202f";
const SUFFIX: Partial<Record<Unit, string>> = {
  fraction: "%",
  percent: "%",
  hours: "h",
  minutes: "min",
  seconds: "s",
  ms: "ms",
};
const MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(" ");
const STEPS: readonly [number, string][] = [
  [1e9, "bn"],
  [1e6, "M"],
  [1e3, "k"],
];
const DIGITS: Record<Unit, number> = {
  money: 2,
  count: 0,
  fraction: 1,
  percent: 1,
  hours: 1,
  minutes: 1,
  seconds: 1,
  ms: 0,
  score: 2,
  number: 2,
};

export type Grain = "day" | "week" | "month" | "quarter" | "year";

function digits(value: number, most: number, least = 0): string {
  const options = { maximumFractionDigits: most, minimumFractionDigits: least };
  return new Intl.NumberFormat("en-GB", options).format(value);
}

function withUnit(text: string, unit: Unit | null): string {
  const suffix = unit ? SUFFIX[unit] : undefined;
  return suffix ? text + NARROW + suffix : text;
}

/** A number in full: "1,204,400.50", "4.2 %", "3.5 h". */
export function formatNumber(value: number, unit: Unit | null): string {
  const scaled = unit === "fraction" ? value * 100 : value;
  if (!unit) return digits(scaled, 4);
  const most = DIGITS[unit];
  const isWhole = Number.isInteger(scaled) && unit === "number";
  const least = isWhole || unit === "number" || unit === "score" ? 0 : most;
  return withUnit(digits(scaled, most, least), unit);
}

/** A number for an axis or a label: "1.2M", "45 %". */
export function formatShort(value: number, unit: Unit | null): string {
  const scaled = unit === "fraction" ? value * 100 : value;
  if (Math.abs(scaled) < 1000) return withUnit(digits(scaled, Math.abs(scaled) < 10 ? 2 : 1), unit);
  const [size, sign] = STEPS.find(([step]) => Math.abs(scaled) >= step)!;
  return withUnit(digits(scaled / size, 1) + sign, unit);
}

export function isDate(value: Cell | undefined): value is string {
  return typeof value === "string" && /^\d{4}-\d{2}-\d{2}(T[\d:.]+)?$/.test(value);
}

/** An ISO date in words: "12 May 2026", "May 2026", "Q2 2026". */
export function formatDate(iso: string, grain: Grain = "day"): string {
  const [year, month, day] = iso.slice(0, 10).split("-").map(Number) as [number, number, number];
  if (grain === "year") return String(year);
  if (grain === "quarter") return `Q${Math.ceil(month / 3)} ${year}`;
  if (grain === "month") return `${MONTHS[month - 1]} ${year}`;
  return `${day} ${MONTHS[month - 1]} ${year}`;
}

/** The grain of a column of dates: as asked, or what its values look like. */
export function grainOf(values: readonly (Cell | undefined)[], asked?: string | null): Grain {
  const known: readonly string[] = ["day", "week", "month", "quarter", "year"];
  if (asked && known.includes(asked)) return asked as Grain;
  const dates = values.filter(isDate);
  const areFirsts = dates.length > 1 && dates.every((value) => value.slice(8, 10) === "01");
  return areFirsts ? "month" : "day";
}

/** A cell as the table and the chart show it. */
export function formatCell(value: Cell | undefined, column: Column, grain: Grain): string {
  if (value === null || value === undefined) return column.unit ? say.noValue : say.noGroup;
  if (typeof value === "boolean") return value ? say.yes : say.no;
  if (typeof value === "number") {
    const isName = !column.unit && Number.isInteger(value);
    return isName ? String(value) : formatNumber(value, column.unit); // 2026 is a year, 17 an id
  }
  return isDate(value) ? formatDate(value, grain) : value;
}

/** How long ago a conversation began, for the headings of the history. */
export function dayGroup(iso: string, now: Date): string {
  const day = (at: Date): number => new Date(at.getFullYear(), at.getMonth(), at.getDate()).getTime();
  const days = Math.round((day(now) - day(new Date(iso))) / 86_400_000);
  if (days <= 0) return say.today;
  return days === 1 ? say.yesterday : say.earlier;
}
