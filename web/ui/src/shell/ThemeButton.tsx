/** Light or dark. */

import { useEffect, useState } from "preact/hooks";
import { say } from "../messages";
import { IconButton } from "./Icon";
import { chooseTheme, currentTheme, onThemeChange } from "./theme";

export function ThemeButton() {
  const [theme, setTheme] = useState(currentTheme);
  useEffect(() => onThemeChange(() => setTheme(currentTheme())), []);
  const isDark = theme === "dark";
  return (
    <IconButton
      icon={isDark ? "sun" : "moon"}
      label={isDark ? say.useLight : say.useDark}
      onClick={() => chooseTheme(isDark ? "light" : "dark")}
    />
  );
}
