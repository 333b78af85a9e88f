/** Where a link in a text leads: another article, a page elsewhere, or nowhere. */

export type Target = { kind: "article"; documentId: string } | { kind: "page"; url: string } | null;

/** Judge a link; `documentId` is the article that it stands in, if it stands in one. */
export function judgeLink(href: string, documentId: string | null): Target {
  const plain = href.replace(/[\u0000-\u0020\u007f]/g, "");
  if (/^https?:\/\/[^/]/i.test(plain)) return { kind: "page", url: plain };
  // Any other scheme, an address that borrows ours, or a place within the page.
  if (plain === "" || /^[a-z][a-z0-9+.-]*:/i.test(plain) || /^[/\\]{2}/.test(plain)) return null;
  if (plain.startsWith("/a/")) return { kind: "article", documentId: decode(plain.slice(3)) };
  if (plain.startsWith("/") || plain.startsWith("#") || !documentId) return null;
  const path = decode(plain.split(/[?#]/)[0]!);
  if (!/\.(md|html?)$/i.test(path)) return null;
  const parts = documentId.split("/").slice(0, -1);
  for (const part of path.split("/")) {
    if (part === "..") parts.pop();
    else if (part !== "." && part !== "") parts.push(part);
  }
  return { kind: "article", documentId: parts.join("/") };
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text; // a stray percent sign: as written
  }
}
