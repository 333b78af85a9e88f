import { render } from "preact";
import { Page } from "./shell/Page";
import { restoreTheme } from "./shell/theme";
import "./styles/base.css";
import "./styles/shell.css";
import "./styles/chat.css";
import "./styles/insights.css";

restoreTheme();
render(<Page />, document.getElementById("page")!);
