/** Small choices that the browser keeps. Without storage they last as long as the page. */

const kept = new Map<string, string>();

export function remember(name: string, value: string): void {
  kept.set(name, value);
  try {
    localStorage.setItem(`deskwise.${name}`, value);
  } catch {
    // Storage is switched off or full: the choice holds for this visit.
  }
}

export function recall(name: string): string | null {
  try {
    return localStorage.getItem(`deskwise.${name}`) ?? kept.get(name) ?? null;
  } catch {
    return kept.get(name) ?? null;
  }
}
