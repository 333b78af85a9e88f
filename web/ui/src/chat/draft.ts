/** What was typed and not yet taken by the server: it outlives a session that ends.
 *
 * Kept in memory alone and for the person who typed it: signing out loads the page anew.
 */

let kept = { owner: "", text: "" };

export function keepDraft(owner: string, text: string): void {
  kept = { owner, text };
}

export function keptDraft(owner: string): string {
  return kept.owner === owner ? kept.text : "";
}
