/** How wrong answers may be: the dial, and the curve that it moves along. */

import { useEffect, useState } from "preact/hooks";
import { problemOf } from "../api/client";
import type { Problem } from "../api/types";
import { ErrorCard } from "../chat/ErrorCard";
import { useMay } from "../session/session";
import { useMedia } from "../shell/hooks";
import { Icon } from "../shell/Icon";
import { Skeleton } from "../shell/Skeleton";
import { useLoaded } from "../shell/useLoaded";
import { formatNumber } from "../text/format";
import { readRisk, turnRisk } from "./api";
import { type Frame, pathOf, pointAt, steps, thin, xAt, yAt } from "./curve";
import { tell } from "./messages";
import type { Risk } from "./types";

const say = tell.models;
const LEAST = 1;
const MOST = 40;
const share = (fraction: number): string => formatNumber(fraction, "fraction");

export function RiskDial() {
  const risk = useLoaded(readRisk, []);
  return (
    <section aria-labelledby="dial-title">
      <h2 id="dial-title">{say.dial}</h2>
      <p class="muted">{say.dialMore}</p>
      {risk.problem && <ErrorCard problem={risk.problem} onRetry={risk.reload} />}
      {!risk.value && !risk.problem && <Skeleton lines={6} label={tell.loading} />}
      {risk.value && <Dial risk={risk.value} onTurned={risk.put} />}
    </section>
  );
}

function Dial({ risk, onTurned }: { risk: Risk; onTurned: (risk: Risk) => void }) {
  const mayTurn = useMay("settings.change");
  const now = risk.max_wrong_fraction;
  const [percent, setPercent] = useState(Math.round(now * 100));
  const [problem, setProblem] = useState<Problem | null>(null);
  const [isTurned, setTurned] = useState(false);
  useEffect(() => setPercent(Math.round(now * 100)), [now]);
  const isNow = percent === Math.round(now * 100);
  const chosen = isNow ? now : percent / 100;
  const { point, isKept } = pointAt(risk, chosen);
  const turn = async (fraction: number | null): Promise<void> => {
    setProblem(null);
    try {
      onTurned(await turnRisk(fraction));
      setTurned(true);
    } catch (error) {
      setProblem(problemOf(error));
    }
  };
  return (
    <>
      <div class="dial">
        <form
          class="form"
          onSubmit={(event) => {
            event.preventDefault();
            if (!isNow) void turn(chosen);
          }}
        >
          <label>
            {say.mayBeWrong}
            <span class="dial-value">{share(chosen)}</span>
            <input
              type="range"
              min={LEAST}
              max={MOST}
              step={1}
              value={percent}
              disabled={!mayTurn}
              aria-valuetext={share(chosen)}
              onInput={(event) => {
                setPercent(Number(event.currentTarget.value));
                setTurned(false);
              }}
            />
          </label>
          <p aria-live="polite">{say.chosen(share(chosen), share(point.coverage))}</p>
          <p class="muted">
            {say.measured(share(point.measured_risk), formatNumber(point.threshold, "score"))}
            {!isKept && ` ${say.missed}`}
          </p>
          <p class="muted">{risk.is_turned ? say.isTurned(share(risk.setting)) : say.fromSetting}</p>
          {problem && <ErrorCard problem={problem} />}
          {mayTurn && (
            <div class="row">
              <button type="submit" class="button primary" disabled={isNow}>
                {say.apply}
              </button>
              {risk.is_turned && (
                <button type="button" class="button" onClick={() => void turn(null)}>
                  {say.reset(share(risk.setting))}
                </button>
              )}
            </div>
          )}
          <p class="state good" role="status">
            {isTurned && (
              <>
                <Icon name="good" /> {say.turned}
              </>
            )}
          </p>
        </form>
        <Curve risk={risk} chosen={chosen} />
      </div>
      <details>
        <summary class="muted">{say.curveTable}</summary>
        <CurveTable risk={risk} />
      </details>
      <p class="muted">
        {say.provenance}: {risk.provenance}
      </p>
    </>
  );
}

function Curve({ risk, chosen }: { risk: Risk; chosen: number }) {
  const isNarrow = useMedia("(max-width: 767px)");
  const wide = isNarrow ? 290 : 520;
  const frame: Frame = { left: 44, top: 12, width: wide - 60, height: 190, most: MOST / 100 };
  const { point } = pointAt(risk, chosen);
  const x = xAt(frame, point.risk);
  const y = yAt(frame, point.coverage);
  const bottom = frame.top + frame.height;
  return (
    <figure class="curve">
      <figcaption class="over">{say.curve}</figcaption>
      <svg viewBox={`0 0 ${wide} 250`} role="img" aria-label={say.chosen(share(chosen), share(point.coverage))}>
        {steps(1, 0.25).map((part) => (
          <g key={part}>
            <line
              class="grid"
              x1={frame.left}
              x2={frame.left + frame.width}
              y1={yAt(frame, part)}
              y2={yAt(frame, part)}
            />
            <text x={frame.left - 6} y={yAt(frame, part) + 4} text-anchor="end">
              {Math.round(part * 100)}
              {part === 1 && " %"}
            </text>
          </g>
        ))}
        {steps(frame.most, 0.1).map((part) => (
          <text key={part} x={xAt(frame, part)} y={bottom + 18} text-anchor="middle">
            {Math.round(part * 100)}
            {part === 0 ? "" : " %"}
          </text>
        ))}
        <text x={frame.left + frame.width} y={bottom + 38} text-anchor="end">
          {say.riskAxis}
        </text>
        <path class="line" d={pathOf(risk.curve, frame)} />
        <line class="at" x1={x} x2={x} y1={y} y2={bottom} />
        <circle cx={x} cy={y} r={5} />
        <text class="at-name" x={Math.min(x + 8, frame.left + frame.width - 50)} y={y + 20}>
          {share(point.coverage)}
        </text>
      </svg>
    </figure>
  );
}

function CurveTable({ risk }: { risk: Risk }) {
  return (
    <div class="table-box">
      <table>
        <thead>
          <tr>
            {say.curveColumns.map((name) => (
              <th key={name} scope="col" class="figure">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {thin(risk.curve, 21).map((point) => (
            <tr key={point.threshold}>
              <td class="figure">{formatNumber(point.threshold, "score")}</td>
              <td class="figure">{share(point.coverage)}</td>
              <td class="figure">{share(point.risk)}</td>
              <td class="figure">{share(point.measured_risk)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
