import { type ComponentType, render } from "preact";
import { Entrance } from "./session/Entrance";
import { Page } from "./shell/Page";
import { restoreTheme } from "./shell/theme";
import "./styles/base.css";
import "./styles/shell.css";
import "./styles/chat.css";
import "./styles/insights.css";

/** The pages besides the chat are files of their own, loaded when their address is opened. */
async function pageAt(path: string): Promise<ComponentType> {
  const name = path.split("/")[1];
  if (name === "desk") return (await import("./desk/DeskPage")).DeskPage;
  if (name === "tickets") return (await import("./tickets/TicketsPage")).TicketsPage;
  if (name === "insights") return (await import("./insights/board/InsightsPage")).InsightsPage;
  if (name === "operate") return (await import("./operate/OperatePage")).OperatePage;
  return Page;
}

restoreTheme();
void pageAt(location.pathname).then((Shown) =>
  render(
    <Entrance>
      <Shown />
    </Entrance>,
    document.getElementById("page")!,
  ),
);
