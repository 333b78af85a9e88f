import assert from "node:assert/strict";
import { test } from "node:test";
import { EventReader } from "../src/api/sse";
import type { Column, Finding, Turn } from "../src/api/types";
import { EMPTY, reduce } from "../src/chat/state";
import { mixed } from "../src/insights/colours";
import { deskPath, NO_FILTERS, readFilters, readTicketId } from "../src/desk/address";
import { decisions, EMPTY_REPLY, insert } from "../src/desk/replies";
import { planPlot } from "../src/insights/plot";
import { nextOrder, sortRows, toCsv, toTsv } from "../src/insights/tables";
import { buildTree } from "../src/panel/structure";
import { readAddress } from "../src/shell/address";
import { formatCell, formatDate, formatNumber, formatShort, grainOf } from "../src/text/format";

const column = (name: string, unit: Column["unit"] = null): Column => ({ name, label: name, unit });

test("events are read however the stream is cut", () => {
  const text = 'id: 1\nevent: text\ndata: {"a":"é\\n"}\n\n: note\n\nid: 2\r\nevent: done\r\ndata: 1\r\n\r\n';
  for (let size = 1; size < text.length; size += 1) {
    const reader = new EventReader();
    const events = [];
    for (let at = 0; at < text.length; at += size) events.push(...reader.take(text.slice(at, at + size)));
    assert.deepEqual(events, [
      { id: "1", name: "text", data: '{"a":"é\\n"}' },
      { id: "2", name: "done", data: "1" },
    ]);
  }
});

test("cells that spreadsheets would run are made harmless", () => {
  const columns = [column("n,ame"), column("x", "number")];
  const rows = [["=1+1", -5], ["＋cmd", 2], ['say "hi"', null], ["@a\tb", 3], [" -x", 4]];
  assert.equal(
    toCsv(columns, rows),
    '"n,ame",x\r\n\'=1+1,-5\r\n\'＋cmd,2\r\n"say ""hi""",\r\n\'@a\tb,3\r\n\' -x,4\r\n',
  );
  assert.equal(toTsv(columns, rows).split("\n")[4], "'@a b\t3");
});

test("rows sort by figures and words, missing ones last, a third click gives the first order", () => {
  const rows = [["b", 2], ["a", null], ["c10", 10], ["c9", 2]];
  const names = (order: Parameters<typeof sortRows>[1]) => sortRows(rows, order).map((row) => row[0]);
  assert.deepEqual(names({ column: 1, isDescending: true }), ["c10", "b", "c9", "a"]);
  assert.deepEqual(names({ column: 1, isDescending: false }), ["b", "c9", "c10", "a"]);
  assert.deepEqual(names({ column: 0, isDescending: false }), ["a", "b", "c9", "c10"]);
  const first = nextOrder(null, 1, true);
  const second = nextOrder(first, 1, true);
  assert.deepEqual([first?.isDescending, second?.isDescending], [true, false]);
  assert.equal(nextOrder(second, 1, true), null);
});

test("numbers and dates are written as the product writes them", () => {
  const narrow = "\u202f";
  assert.equal(formatNumber(1204400.5, "money"), "1,204,400.50");
  assert.equal(formatNumber(0.0421, "fraction"), `4.2${narrow}%`);
  assert.equal(formatNumber(12, "count"), "12");
  assert.equal(formatShort(0, "fraction"), `0${narrow}%`);
  assert.equal(formatShort(803_150, "money"), "803.2k");
  assert.equal(formatShort(-1_204_400, "money"), "-1.2M");
  assert.equal(formatShort(2e9, "count"), "2bn");
  assert.equal(formatDate("2026-05-12"), "12 May 2026");
  assert.equal(formatDate("2026-05-01", "quarter"), "Q2 2026");
  assert.equal(grainOf(["2026-01-01", "2026-02-01"]), "month");
  assert.equal(grainOf(["2026-01-01", "2026-01-08"], "week"), "week");
  assert.equal(formatCell(null, column("x", "money"), "day"), "no data");
  assert.equal(formatCell(null, column("x"), "day"), "(none)");
  assert.equal(formatCell(2026, column("year"), "day"), "2026");
});

function finding(chart: Partial<Finding["chart"]>, columns: Column[], rows: Finding["rows"]): Finding {
  return {
    analysis: "metric",
    metric_query: null,
    columns,
    rows,
    chart: { kind: "line", title: "T", x: null, y: [], series: null, unit: null, ...chart },
    receipt: {
      sql: "",
      period: "",
      definition: "",
      filters: [],
      n_rows: rows.length,
      as_of: "2026-06-30",
      notes: [],
    },
  };
}

test("a comparison is dashed, an interval is a band", () => {
  const columns = ["value", "previous", "low_80", "high_80"].map((name) => column(name, "count"));
  const plot = planPlot(
    finding({ x: "day", y: ["value", "previous"] }, [column("day"), ...columns], [
      ["2026-01-01", 5, 4, 3, 7],
      ["2026-01-02", null, 6, 4, 8],
    ]),
  );
  assert.deepEqual(plot?.series.map((item) => item.role), ["main", "before"]);
  assert.deepEqual(plot?.series[0]?.values, [5, null]);
  assert.deepEqual(plot?.band, { low: [3, 4], high: [7, 8] });
  assert.deepEqual(plot?.labels, ["1 Jan 2026", "2 Jan 2026"]);
});

test("rows split into lines by a column, the largest first, gaps kept", () => {
  const plot = planPlot(
    finding({ x: "m", y: ["n"], series: "who" }, [column("m"), column("who"), column("n", "count")], [
      ["2026-02-01", "small", 1],
      ["2026-01-01", "large", 9],
      ["2026-02-01", "large", 8],
    ]),
  );
  assert.deepEqual(plot?.labels, ["Jan 2026", "Feb 2026"]);
  assert.deepEqual(
    plot?.series.map((item) => [item.name, item.values]),
    [["large", [9, 8]], ["small", [null, 1]]],
  );
});

const chart = (kind: Finding["chart"]["kind"], rest: Partial<Finding["chart"]> = {}) =>
  ({ kind, x: "c", y: ["n"], note: "", ...rest }) as const;

test("ranked bars lie, largest first, and what is added up stands last", () => {
  const rows = [["a", 1], ["b", 5], ["c", null], ["d", 2]];
  const columns = [column("c"), column("n", "count")];
  const plot = planPlot(finding(chart("ranked", { most_x: 2, others: "added_up" }), columns, rows));
  assert.deepEqual(plot?.labels, ["b", "d", "Others"]);
  assert.deepEqual(plot?.series[0]?.values, [5, 2, 1]);
  assert.deepEqual([plot?.isLying, plot?.nAll], [true, 4]);
  const rising = planPlot(finding(chart("ranked"), columns, [["a", 1], ["b", 2], ["c", 3]]));
  assert.deepEqual(rising?.labels, ["a", "b", "c"]);
});

test("series that are too many are added up or left out, as the chart says", () => {
  const columns = [column("c"), column("who"), column("n", "count")];
  const rows = [["x", "a", 1], ["x", "b", 2], ["x", "c", 3], ["y", "c", 4], ["y", "a", 5]];
  const drawn = (others: "added_up" | "left_out") =>
    planPlot(finding(chart("line", { series: "who", most_series: 1, others }), columns, rows))?.series.map(
      (item) => [item.name, item.role, item.values],
    );
  assert.deepEqual(drawn("left_out"), [["c", "main", [3, 4]]]);
  assert.deepEqual(drawn("added_up"), [["c", "main", [3, 4]], ["Others", "folded", [3, 5]]]);
});

test("a long line keeps its last periods; a heat map the order of its rows", () => {
  const days = [["2026-01-01", 1], ["2026-01-02", 2], ["2026-01-03", 3]];
  const line = planPlot(finding(chart("line", { most_x: 2 }), [column("c"), column("n", "count")], days));
  assert.deepEqual([line?.labels, line?.series[0]?.values], [["2 Jan 2026", "3 Jan 2026"], [2, 3]]);
  const columns = [column("c"), column("day"), column("n", "count")];
  const rows = [[1, "Monday", 1], [1, "Tuesday", 9], [2, "Monday", 2]];
  const heat = planPlot(finding(chart("heatmap", { series: "day" }), columns, rows));
  assert.deepEqual(heat?.series.map((item) => [item.name, item.values]), [["Monday", [1, 2]], ["Tuesday", [9, null]]]);
});

test("upright bars lie down where their names have no room", () => {
  const columns = [column("c"), column("n", "count")];
  const rows = [["Monday", 1], ["Tuesday", 3], ["Wednesday", 2]];
  const lies = (most: number) => planPlot(finding(chart("bar"), columns, rows), most)?.isLying;
  assert.deepEqual([lies(80), lies(20)], [false, true]);
  assert.equal(planPlot(finding(chart("histogram"), columns, rows), 5)?.isLying, false);
});

test("colours are mixed", () => {
  assert.equal(mixed("#000000", "#ffffff", 50), "#808080");
  assert.equal(mixed("#2456c4", "#fff", 100), "#2456c4");
  assert.equal(mixed("#000", "#fff", 0), "#ffffff"); // as the built style sheet writes it
});

test("many bars are cut and the cut is known; nothing to draw is no plot", () => {
  const rows = Array.from({ length: 40 }, (_, n) => [`c${n}`, n]);
  const plot = planPlot(finding({ kind: "bar", x: "c", y: ["n"] }, [column("c"), column("n", "count")], rows));
  assert.deepEqual([plot?.labels.length, plot?.nAll, plot?.isLying], [15, 40, true]);
  assert.equal(planPlot(finding({ kind: "bar" }, [column("c")], [["a"]])), null);
});

test("blocks become lists with their code and sub-lists inside", () => {
  const block = (kind: string, level: number, depth: number, start: number) =>
    ({ kind, level, depth, start, end: start + 1, number: "1" }) as Parameters<typeof buildTree>[0][0];
  const tree = buildTree([
    block("paragraph", 0, 0, 0),
    block("step", 1, 1, 1),
    block("bullet", 2, 2, 2),
    block("code", 0, 1, 3),
    block("step", 1, 1, 4),
    block("bullet", 1, 1, 5),
    block("paragraph", 0, 0, 6),
  ]);
  assert.deepEqual(
    tree.map((node) => (node.kind === "list" ? node.items.length : "block")),
    ["block", 2, 1, "block"],
  );
  const steps = tree[1];
  assert.ok(steps?.kind === "list" && steps.isOrdered);
  assert.deepEqual(steps.items[0]?.children.map((node) => node.kind), ["list", "block"]);
});

test("events build a turn; a failed one is asked again in its place", () => {
  const ask = { kind: "ask", key: "k", question: "Q?" } as const;
  let chat = reduce(EMPTY, ask);
  const event = (value: unknown) => {
    chat = reduce(chat, { kind: "event", key: "k", event: value as never });
  };
  event({ kind: "route", data: { route: "helpdesk", conversation_id: "c1" } });
  event({ kind: "text", data: { text: "a" } });
  event({ kind: "text", data: { text: "b" } });
  assert.deepEqual([chat.conversationId, chat.turns[0]?.text], ["c1", "ab"]);
  chat = reduce(chat, { kind: "fail", key: "k", problem: { error: "x", message: "m", hint: "", request_id: "" } });
  assert.equal(chat.turns[0]?.status, "failed");
  chat = reduce(chat, ask);
  assert.deepEqual([chat.turns.length, chat.turns[0]?.text, chat.turns[0]?.problem], [1, "", null]);
  event({ kind: "done", data: { turn_id: "t", question: "Q?", text: "whole", citations: [] } as Partial<Turn> });
  assert.deepEqual([chat.turns[0]?.key, chat.turns[0]?.status, chat.turns[0]?.text], ["k", "done", "whole"]);
  const left = reduce(chat, { kind: "reset" });
  const late = { kind: "route", data: { route: null, conversation_id: "c1" } } as const;
  assert.equal(reduce(left, { kind: "event", key: "k", event: late }), left);
});

test("addresses", () => {
  assert.deepEqual(readAddress("/"), { kind: "home" });
  assert.deepEqual(readAddress("/c/c%201"), { kind: "conversation", id: "c 1" });
  assert.deepEqual(readAddress("/a/articles/vpn/a%25.md"), { kind: "article", id: "articles/vpn/a%.md" });
  assert.deepEqual(readAddress("/a/%zz"), { kind: "article", id: "%zz" });
});

test("the desk's filters go into the address and come back", () => {
  const filters = { ...NO_FILTERS, state: "all", q: "vpn 5 GHz", team: ["Service Desk"] } as const;
  const path = deskPath("LF-1001", { ...filters, team: [...filters.team] });
  assert.equal(path, "/desk/LF-1001?state=all&q=vpn+5+GHz&team=Service+Desk");
  assert.deepEqual(readFilters(path.split("?")[1]!), filters);
  assert.equal(readTicketId("/desk/LF-1001"), "LF-1001");
  assert.equal(readTicketId("/desk"), null);
  assert.equal(deskPath(null, readFilters("state=x&sort=best")), "/desk");
});

test("what is put in is told as accepted while it stands in the reply, else as edited", () => {
  const one = { kind: "ticket", source_id: "A" } as const;
  const two = { kind: "article", source_id: "b.md" } as const;
  let reply = insert(EMPTY_REPLY, "Restart it.", [one]);
  reply = insert(reply, "Open the shelf.", [two]);
  assert.equal(reply.text, "Restart it.\n\nOpen the shelf.");
  const sent = { ...reply, text: reply.text.replace("Restart it.", "Restart the laptop.") };
  assert.deepEqual(decisions(sent), [
    { source: one, decision: "edited" },
    { source: two, decision: "accepted" },
  ]);
  assert.deepEqual(decisions(EMPTY_REPLY), []);
});
