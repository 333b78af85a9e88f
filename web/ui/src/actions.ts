/** What any part of the page may ask the page to do. */

import { createContext } from "preact";
import { useContext } from "preact/hooks";
import type { Citation, Finding } from "./api/types";

export type PanelContent =
  | { kind: "article"; documentId: string; citation: Citation | null }
  | { kind: "receipt"; finding: Finding };

export interface Actions {
  ask: (question: string, retryKey?: string) => void;
  show: (content: PanelContent) => void;
  announce: (text: string) => void;
}

const nothing = (): void => undefined;
export const ActionsContext = createContext<Actions>({
  ask: nothing,
  show: nothing,
  announce: nothing,
});

export const useActions = (): Actions => useContext(ActionsContext);
