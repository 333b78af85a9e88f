/** Light or dark: as the system says, until somebody chooses. */

import { remember, recall } from "./memory";

export type Theme = "light" | "dark";

const CHANGED = "deskwise-theme";
const dark = matchMedia("(prefers-color-scheme: dark)");

export function currentTheme(): Theme {
  const chosen = document.documentElement.dataset["theme"];
  if (chosen === "light" || chosen === "dark") return chosen;
  return dark.matches ? "dark" : "light";
}

export function chooseTheme(theme: Theme): void {
  document.documentElement.dataset["theme"] = theme;
  remember("theme", theme);
  window.dispatchEvent(new Event(CHANGED));
}

/** Apply what was chosen at an earlier visit. */
export function restoreTheme(): void {
  const saved = recall("theme");
  if (saved === "light" || saved === "dark") document.documentElement.dataset["theme"] = saved;
}

/** Call `react` whenever the colours change; return how to stop that. */
export function onThemeChange(react: () => void): () => void {
  window.addEventListener(CHANGED, react);
  dark.addEventListener("change", react);
  return () => {
    window.removeEventListener(CHANGED, react);
    dark.removeEventListener("change", react);
  };
}
