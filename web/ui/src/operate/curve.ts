/** The risk–coverage curve: what a share of wrong answers costs in answered questions. */

import type { Risk, RiskPoint } from "./types";

/** The point that serves at a risk: the lowest confidence that keeps it, else the highest. */
export function pointAt(risk: Risk, fraction: number): { point: RiskPoint; isKept: boolean } {
  const kept = risk.curve.find((point) => point.risk <= fraction);
  return { point: kept ?? risk.curve.at(-1)!, isKept: kept !== undefined };
}

export interface Frame {
  left: number;
  top: number;
  width: number;
  height: number;
  /** The largest share of wrong answers that is drawn. */
  most: number;
}

export const xAt = (frame: Frame, risk: number): number =>
  frame.left + (Math.min(risk, frame.most) / frame.most) * frame.width;

export const yAt = (frame: Frame, coverage: number): number =>
  frame.top + (1 - coverage) * frame.height;

/** The curve as the path of a line, by rising risk. */
export function pathOf(curve: readonly RiskPoint[], frame: Frame): string {
  return [...curve]
    .filter((point) => point.risk <= frame.most)
    .sort((one, other) => one.risk - other.risk || one.coverage - other.coverage)
    .map((point, place) => {
      const x = xAt(frame, point.risk).toFixed(1);
      return `${place === 0 ? "M" : "L"}${x} ${yAt(frame, point.coverage).toFixed(1)}`;
    })
    .join("");
}

/** Steps for an axis of shares: 0 %, 10 %, … up to the most. */
export const steps = (most: number, step: number): number[] =>
  Array.from({ length: Math.floor(most / step + 1e-9) + 1 }, (_, place) => place * step);

/** So many rows of the curve, spread over its answered share. */
export function thin(curve: readonly RiskPoint[], n: number): RiskPoint[] {
  if (curve.length <= n) return [...curve];
  return Array.from(
    { length: n },
    (_, place) => curve[Math.round((place * (curve.length - 1)) / (n - 1))]!,
  );
}
