/** A chart and its words; the drawing is loaded when the first one is shown. */

import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import type { Finding } from "../api/types";
import { say } from "../messages";
import { Icon } from "../shell/Icon";
import { useMedia } from "../shell/hooks";
import { onThemeChange } from "../shell/theme";
import type { Colours, Drawing } from "./draw";
import { periodBeside } from "./periods";
import { type Plot, planPlot } from "./plot";
import { saveFile } from "./saveFile";

export function ChartFigure({ finding }: { finding: Finding }) {
  const isNarrow = useMedia("(max-width: 767px)");
  const plot = useMemo(() => planPlot(finding, isNarrow ? NARROW_CHARS : WIDE_CHARS), [finding, isNarrow]);
  if (!plot) return null;
  const { chart, receipt } = finding;
  return (
    <figure class="chart">
      <figcaption>
        <span class="chart-title">{chart.title}</span>
        <span class="muted">
          {[plot.isLying ? plot.axis : "", periodBeside(chart.title, receipt.period)]
            .filter(Boolean)
            .join(", ")}
        </span>
        <SavePicture plot={plot} finding={finding} />
      </figcaption>
      <Drawn plot={plot} label={say.chartOf(chart.title, receipt.period)} />
      {chart.note ? (
        <p class="muted">{chart.note}</p>
      ) : (
        plot.nAll > plot.labels.length && (
          <p class="muted">{say.chartCut(plot.labels.length, plot.nAll)}</p>
        )
      )}
    </figure>
  );
}

function SavePicture({ plot, finding }: { plot: Plot; finding: Finding }) {
  const [hasFailed, setFailed] = useState(false);
  const { chart, receipt } = finding;
  const save = async (element: HTMLElement): Promise<void> => {
    const colours = readColours(element);
    try {
      const { drawPicture } = await import("./draw");
      const title = [chart.title, plot.isLying ? plot.axis : ""].filter(Boolean).join(", ");
      const picture = await drawPicture(plot, colours, heightOf(plot), title, receipt.period);
      setFailed(picture === null);
      if (picture) saveFile(chart.title, "png", picture);
    } catch {
      setFailed(true);
    }
  };
  return (
    <>
      <button
        type="button"
        class="quiet save-picture"
        aria-label={say.savePictureLong}
        title={say.savePictureLong}
        onClick={(event) => void save(event.currentTarget)}
      >
        <Icon name="save" /> {say.savePicture}
      </button>
      {hasFailed && (
        <span class="muted" role="status">
          {say.chartFailed}
        </span>
      )}
    </>
  );
}

/** Letters that the names below upright bars may have together. */
const WIDE_CHARS = 80;
const NARROW_CHARS = 34;

function heightOf(plot: Plot): number {
  if (plot.kind === "heatmap") return plot.series.length * 28 + 64;
  if (!plot.isLying) return 260;
  if (plot.kind === "stacked") return plot.labels.length * 30 + 60;
  return plot.labels.length * (plot.series.length > 1 ? 44 : 30) + (plot.series.length > 1 ? 60 : 12);
}

function Drawn({ plot, label }: { plot: Plot; label: string }) {
  const box = useRef<HTMLDivElement>(null);
  const [hasFailed, setFailed] = useState(false);
  useEffect(() => {
    const element = box.current;
    if (!element) return undefined;
    let drawing: Drawing | null = null;
    let isGone = false;
    const update = (): void => drawing?.update(plot, readColours(element), isStill());
    const observer = new ResizeObserver(() => {
      drawing?.resize();
      update();
    });
    import("./draw").then(
      (module) => {
        if (isGone) return;
        drawing = module.draw(element);
        observer.observe(element);
      },
      () => setFailed(true),
    );
    const forget = onThemeChange(update);
    return () => {
      isGone = true;
      forget();
      observer.disconnect();
      drawing?.dispose();
    };
  }, [plot]);
  if (hasFailed) return <p class="muted">{say.chartFailed}</p>;
  const size = { height: `${heightOf(plot)}px` };
  return <div ref={box} class="plot" style={size} role="img" aria-label={label} />;
}

function isStill(): boolean {
  return matchMedia("(prefers-reduced-motion: reduce)").matches;
}

function readColours(element: HTMLElement): Colours {
  const style = getComputedStyle(element);
  const read = (name: string): string => style.getPropertyValue(name).trim();
  return {
    accent: read("--accent"),
    text: read("--text"),
    muted: read("--muted"),
    line: read("--line"),
    surface: read("--surface"),
    page: read("--page"),
    onAccent: read("--on-accent"),
    greys: [read("--grey-1"), read("--grey-2"), read("--grey-3")],
  };
}
