/** Colours between two others. Pure. */

/** Return `percent` of one colour over another, both "#rrggbb" or "#rgb". */
export function mixed(colour: string, over: string, percent: number): string {
  const parts = (hex: string): number[] => {
    const long = hex.length === 4 ? hex.replace(/[0-9a-f]/gi, "$&$&") : hex;
    return [1, 3, 5].map((at) => Number.parseInt(long.slice(at, at + 2), 16));
  };
  const under = parts(over);
  const found = parts(colour).map((part, at) =>
    Math.round((part * percent + under[at]! * (100 - percent)) / 100),
  );
  return `#${found.map((part) => part.toString(16).padStart(2, "0")).join("")}`;
}
