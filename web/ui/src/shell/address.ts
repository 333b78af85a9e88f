/** The page's addresses: `/`, `/c/<conversation>`, `/a/<article>`. */

export type Address =
  | { kind: "home" }
  | { kind: "conversation"; id: string }
  | { kind: "article"; id: string };

export function readAddress(path: string): Address {
  const [, kind, ...rest] = path.split("/");
  const id = rest.map(decodePart).join("/");
  if (kind === "c" && id) return { kind: "conversation", id };
  if (kind === "a" && id) return { kind: "article", id };
  return { kind: "home" };
}

function decodePart(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part; // a stray percent sign: as written
  }
}
