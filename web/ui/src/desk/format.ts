/** Ages, names and percentages on the desk. */

import { formatDate } from "../text/format";

const NARROW = "\u202f";
const STEPS: readonly [number, string][] = [
  [86_400, "d"],
  [3600, "h"],
  [60, "min"],
];

/** "3 d", "5 h", "12 min", "0 min". */
export function age(at: string, now: number): string {
  const passed = Math.max(0, (now - Date.parse(at)) / 1000);
  const [size, unit] = STEPS.find(([step]) => passed >= step) ?? [60, "min"];
  return `${Math.floor(passed / size)}${NARROW}${unit}`;
}

/** "22 Nov 2026, 14:05", in the reader's own time. */
export function moment(at: string): string {
  const time = new Date(at);
  const day = new Date(time.getTime() - time.getTimezoneOffset() * 60_000).toISOString();
  const clock = time.toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" });
  return `${formatDate(day.slice(0, 10))}, ${clock}`;
}

export function percent(fraction: number): string {
  return String(Math.round(fraction * 100));
}

/** Quoted steps as they stand in a reply: without the marks of Markdown. */
export function plain(text: string): string {
  return text.replaceAll("**", "").replaceAll("`", "");
}
